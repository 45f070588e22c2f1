//! The loop itself: what the owner, the handles and the current-loop entry share.
//!
//! All of it belongs to one thread (`Rc`, cells); what other threads may touch is `inbox`. The cells are
//! borrowed only for moments in which no code of a user runs: what is taken out of them is called, polled or
//! dropped afterwards. How the loop runs is in `turn.rs`.
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::errors::LoopClosed;
use super::inbox::{Mail, Shared};
use super::sched::{QueuedCallback, Sched, TaskId};
use super::waker::{LoopId, SlotId};
use super::{
    current, current_context, registry, Action, Clock, ErrorContext, Grace, Injection, Leftovers,
    SlotContext, TaskRef, TimerKey, Timers, UnhandledError,
};
use crate::error::Error;
use crate::inject::{end_channel, Cancellation, EndSenders, Ended};
use crate::report::contain;

pub(crate) struct Core {
    pub(super) id: LoopId,
    pub(super) shared: Arc<Shared>,
    pub(super) clock: Box<dyn Clock>,
    has_real_clock: bool,
    pub(super) sched: RefCell<Sched>,
    pub(super) timers: RefCell<Timers>,
    /// How many turns have begun.
    pub(super) turn: Cell<u64>,
    /// The first timer number of the present turn: what has a smaller one is older than the turn.
    pub(super) turn_began_at: Cell<u64>,
    closed: Cell<bool>,
    /// The slot that is being polled: the present error context.
    pub(super) running: Cell<Option<SlotId>>,
    error_handler: RefCell<Option<ErrorHandler>>,
}

type ErrorHandler = Rc<dyn Fn(Error)>;

impl Core {
    pub(crate) fn new(clock: Box<dyn Clock>, has_real_clock: bool) -> Rc<Self> {
        let shared = Arc::new(Shared::default());
        Rc::new(Core {
            id: registry::add(&shared),
            shared,
            clock,
            has_real_clock,
            sched: RefCell::new(Sched::new()),
            timers: RefCell::new(Timers::new()),
            turn: Cell::new(0),
            turn_began_at: Cell::new(0),
            closed: Cell::new(false),
            running: Cell::new(None),
            error_handler: RefCell::new(None),
        })
    }

    pub(crate) fn id(&self) -> LoopId {
        self.id
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Whether its time is that of `Instant::now()`.
    pub(crate) fn has_real_clock(&self) -> bool {
        self.has_real_clock
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// When `after` from now will be; never, if no `Instant` can tell.
    pub(crate) fn deadline(&self, after: Duration) -> Option<Instant> {
        self.now().checked_add(after)
    }

    /// The number of the present turn.
    pub(crate) fn turn_number(&self) -> u64 {
        self.turn.get()
    }

    // ---- what is queued ---------------------------------------------------------------------------

    #[inline]
    pub(crate) fn schedule(&self, slot: SlotId) {
        self.sched.borrow_mut().schedule(slot);
    }

    /// Hands the callback back if the loop is closed.
    pub(crate) fn push_callback(&self, callback: QueuedCallback) -> Result<(), QueuedCallback> {
        if self.closed.get() {
            return Err(callback);
        }
        self.sched.borrow_mut().push_callback(callback);
        Ok(())
    }

    /// Gives the task a slot and runs its first step before it returns; or queues that, if too many first
    /// steps are under way already.
    pub(crate) fn start_task(self: &Rc<Self>, task: TaskRef) -> Result<TaskId, LoopClosed> {
        if self.closed.get() {
            return Err(LoopClosed);
        }
        // The context of whoever starts it: asked before this loop is the current one.
        let outer = current_context::capture();
        let (slot, id) = {
            let mut sched = self.sched.borrow_mut();
            let slot = sched.insert(outer);
            (slot, sched.task_in(self.id, slot))
        };
        match current::enter_first_step(self) {
            Some(_entered) => self.step(slot, task),
            None => self.queue_first_step(slot, task),
        }
        Ok(id)
    }

    #[cold]
    fn queue_first_step(&self, slot: SlotId, task: TaskRef) {
        let mut sched = self.sched.borrow_mut();
        let closed_task = sched.put_back(slot, task);
        debug_assert!(closed_task.is_none(), "it has just got the slot");
        sched.schedule(slot);
    }

    // ---- timers -----------------------------------------------------------------------------------

    /// A number that tells the order in which timers were made.
    pub(crate) fn next_timer_number(&self) -> u64 {
        self.timers.borrow_mut().next_number()
    }

    /// Whether a timer of that number was made before the present turn.
    pub(crate) fn is_older_than_turn(&self, number: u64) -> bool {
        number < self.turn_began_at.get()
    }

    /// Without a deadline it waits until it is cancelled. On a closed loop the action is dropped, and the key
    /// fits nothing.
    pub(crate) fn add_timer(&self, deadline: Option<Instant>, number: u64, action: Action) -> TimerKey {
        if self.closed.get() {
            drop(action);
            return TimerKey::stale(self.id, number);
        }
        let index = self.timers.borrow_mut().insert(deadline, number, action);
        TimerKey { loop_id: self.id, index, number }
    }

    /// Takes a timer out before it fires; its action is for the caller to drop.
    pub(crate) fn cancel_timer(&self, key: TimerKey) -> Option<Action> {
        if key.loop_id != self.id {
            return None;
        }
        self.timers.borrow_mut().cancel(key)
    }

    /// Whether the timer still waits; if so, it wakes `waker` from now on.
    ///
    /// One of a closed loop has not fired, and never will.
    pub(crate) fn rearm_timer(&self, key: TimerKey, waker: &Waker) -> bool {
        if self.closed.get() {
            return true;
        }
        match self.timers.borrow().waits_with(key, waker) {
            None => return false,
            Some(true) => return true,
            Some(false) => {}
        }
        // Cloned before, and the old one dropped after the borrow: a waker may be anybody's.
        let waker = waker.clone();
        let old = self.timers.borrow_mut().replace(key, Action::Wake(waker));
        drop(old);
        true
    }

    // ---- slots ------------------------------------------------------------------------------------

    pub(crate) fn insert_root(&self) -> SlotId {
        let outer = current_context::capture();
        self.sched.borrow_mut().insert_root(outer)
    }

    /// What was in the slot has ended; the errors that it did not take go outward.
    pub(crate) fn release(&self, slot: SlotId, untaken: Option<Injection>) {
        let context = self.sched.borrow_mut().release(slot);
        if untaken.is_none() && context.as_ref().and_then(SlotContext::own).is_none() {
            // Nothing was scheduled in it, as mostly: so nothing can be left.
            return;
        }
        self.propagate_outward(untaken, context.map(SlotContext::end).unwrap_or_default());
    }

    /// What a task that has ended did not take goes outward; whoever waits for its end is told.
    fn propagate_outward(&self, untaken: Option<Injection>, left: Leftovers) {
        for failure in untaken.into_iter().chain(left.deliveries).filter_map(Injection::too_late) {
            self.throw(left.outer.clone(), failure);
        }
        if let Some(timer) = left.timer {
            drop(self.cancel_timer(timer));
        }
        drop(left.watchers);
    }

    // ---- errors -----------------------------------------------------------------------------------

    /// The task that is being polled, as an error context.
    pub(crate) fn running_context(&self) -> Option<Arc<ErrorContext>> {
        self.sched.borrow_mut().context_of(self.running.get()?, &self.shared)
    }

    /// Offers a failure to that context, and then outward.
    pub(crate) fn throw(&self, mut node: Option<Arc<ErrorContext>>, mut failure: UnhandledError) {
        while let Some(inner) = node {
            let offered = match inner.slot_of(&self.shared) {
                Some(slot) => self.sched.borrow_mut().throw(slot, &inner, failure),
                None => inner.send(failure),
            };
            match offered {
                Ok(()) => return,
                Err(refused) => failure = refused,
            }
            node = inner.outer();
        }
        self.unhandled(failure);
    }

    /// Delivers to a task of this loop; if it has ended, the signals are dropped.
    pub(super) fn deliver(&self, task: TaskId, delivery: Injection, signals: EndSenders) {
        let refused = self.sched.borrow_mut().deliver(task, &self.shared, delivery, signals);
        if let Err((delivery, _signals)) = refused {
            if let Some(failure) = delivery.too_late() {
                self.unhandled(failure);
            }
        }
    }

    /// The tasks that have not ended.
    pub(crate) fn tasks(&self) -> Vec<TaskId> {
        self.sched.borrow().tasks(self.id)
    }

    /// Cancels each; gives what waits for their ends.
    pub(crate) fn cancel_all<'a>(
        &'a self,
        request: &'a Cancellation,
    ) -> impl Iterator<Item = Ended> + use<'a> {
        self.tasks().into_iter().map(|task| {
            let (signal, ended) = end_channel();
            self.deliver(task, Injection::Cancel(request.clone()), Some(signal).into());
            ended
        })
    }

    /// Drops a task that has not ended when `grace` has passed. Of several such times the first one counts.
    pub(crate) fn cut_short(&self, task: TaskId, grace: Duration, request: Cancellation) {
        // It never comes to that, if no deadline can be told.
        let Some(deadline) = self.deadline(grace) else { return };
        let node = self.sched.borrow_mut().node_of(task, &self.shared);
        let Some(node) = node.filter(|node| !node.ends_by(deadline)) else { return };
        let action = Action::Call(Box::new(move || {
            // It is called by the loop, which is the current one.
            if let Some(core) = current::get() {
                core.drop_task(task, request);
            }
        }));
        let timer = self.add_timer(Some(deadline), self.next_timer_number(), action);
        if let Some(before) = node.set_grace(Grace { deadline, timer }) {
            drop(self.cancel_timer(before));
        }
    }

    /// Its time is up.
    fn drop_task(&self, task: TaskId, request: Cancellation) {
        let taken = self.sched.borrow_mut().take(task);
        if let Some((slot, task)) = taken {
            // What its destructors schedule belongs to it.
            let before = self.running.replace(Some(slot));
            task.as_ref().cut_short(request.into_error());
            self.running.set(before);
            self.release(slot, None);
        }
    }

    /// A poll was given a delivery, and left the slot suspended.
    pub(super) fn after_throw(&self, slot: SlotId, untaken: Option<Injection>) {
        let closed_task = self.sched.borrow_mut().after_throw(slot, untaken);
        if let Some(failure) = closed_task.and_then(Injection::too_late) {
            self.unhandled(failure);
        }
    }

    fn unhandled(&self, failure: UnhandledError) {
        let handler = self.error_handler.borrow().clone();
        let tell = || match handler {
            None => failure.report(),
            Some(handler) => handler(failure.into_error()),
        };
        current_context::outside(|| contain("an error handler", tell));
    }

    pub(crate) fn set_error_handler(&self, handler: ErrorHandler) {
        let old = match self.closed.get() {
            true => Some(handler),
            false => self.error_handler.replace(Some(handler)),
        };
        drop(old);
    }

    // ---- the end ----------------------------------------------------------------------------------

    /// Drops what is suspended, queued and timed; from now on the loop takes nothing more.
    ///
    /// A task whose first step calls this (it owns the loop) is dropped when that step comes back. Nobody has its
    /// handle before, so nobody waits for its end.
    pub(crate) fn close(&self) {
        if self.closed.replace(true) {
            return;
        }
        let mut mail = self.shared.close();
        let (tasks, callbacks) = self.sched.borrow_mut().clear();
        let actions = self.timers.borrow_mut().clear();
        for (task, context) in tasks {
            if let Some(task) = task {
                task.as_ref().close();
            }
            self.propagate_outward(None, context.end());
        }
        // Only now: before, whoever cancels a task would not find its loop, and take it for ended.
        mail.extend(self.shared.end());
        registry::remove(self.id);
        for callback in callbacks {
            contain("the drop of a callback", || drop(callback));
        }
        for action in actions {
            contain("the drop of a timer", || drop(action));
        }
        for message in mail {
            match message {
                Mail::Throw(node, failure) => self.throw(node, failure),
                Mail::Deliver(task, delivery) => self.deliver(task, delivery, EndSenders::default()),
                Mail::Cancel(task, request, signals) => {
                    self.deliver(task, Injection::Cancel(request), signals);
                }
                message => contain("the drop of a remote callback", || drop(message)),
            }
        }
        // It may hold handles to this loop, which is a cycle.
        let handler = self.error_handler.take();
        contain("the drop of an error handler", || drop(handler));
    }
}
