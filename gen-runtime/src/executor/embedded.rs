//! The embedded loop as a host: the start of a task, and the timers of futures.

use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Instant;

use super::core::Core;
use super::current;
use super::ids::{SlotId, TaskId, TimerKey};
use super::task_node::Outer;
use super::task_ref::TaskRef;
use super::timers::Action;

/// A task that has a slot, and whose first step is next.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) id: TaskId,
    /// Whether the loop is the innermost one of the thread already.
    is_entered: bool,
}

impl Core {
    /// Makes a slot for a task, whose first step is next. `None` if the loop is closed.
    #[inline]
    pub(crate) fn begin(&self) -> Option<Begun> {
        if self.closed.get() {
            return None;
        }
        // The context of the caller, so it is captured before this loop becomes the current one.
        let is_entered = current::is_task_of(self);
        let outer = self.outer(is_entered);
        let mut scheduler = self.scheduler.borrow_mut();
        let slot = scheduler.insert(outer);
        Some(Begun { id: scheduler.task_in(self.id, slot), is_entered })
    }

    /// Returns the context of the caller, for a task that it spawns on this loop.
    #[inline]
    fn outer(&self, is_entered: bool) -> Outer {
        if is_entered {
            let running = self.running.get();
            return running.map_or(Outer::None, |slot| self.scheduler.borrow_mut().as_outer(slot));
        }
        current::capture().map_or(Outer::None, Outer::Context)
    }

    /// Runs the first step of a task that has begun: `step` gives the task, unless it has ended,
    /// and an answer for the caller. Returns `None` without a call if too many first steps nest:
    /// see `current.rs`.
    #[inline]
    pub(crate) fn first_step<R>(
        self: &Rc<Self>,
        task: Begun,
        step: impl FnOnce(&mut Context<'_>) -> (Option<TaskRef>, R),
    ) -> Option<R> {
        let _entered = current::enter_first_step(self, task.is_entered)?;
        let _runtime = self.runtime.enter();
        let slot = task.id.slot();
        let (suspended, answer) = self.poll_slot(slot, step);
        match suspended {
            Some(task) => self.suspend(slot, task),
            None => self.release(slot, None),
        }
        Some(answer)
    }

    /// Queues a task for its first step.
    #[cold]
    pub(crate) fn queue_first_step(&self, id: TaskId, task: TaskRef) {
        self.suspend(id.slot(), task);
        self.schedule(id.slot());
    }

    /// Runs or queues the first step of a task that has begun.
    pub(super) fn start(self: &Rc<Self>, begun: Begun, task: TaskRef) {
        let mut task = Some(task);
        let stepped = self.first_step(begun, |cx| (task.take().and_then(|task| task.run(cx)), ()));
        if let (None, Some(task)) = (stepped, task) {
            self.queue_first_step(begun.id, task);
        }
    }

    /// Makes a slot for the future of a blocking call, and queues it for its first poll.
    pub(crate) fn insert_root(&self) -> SlotId {
        let outer = self.outer(current::is_task_of(self));
        self.scheduler.borrow_mut().insert_root(outer)
    }

    /// Returns the number of the current turn.
    pub(crate) fn turn_number(&self) -> u64 {
        self.turn_number.get()
    }

    /// Whether the time of the loop is that of `Instant::now()`.
    pub(crate) fn has_real_clock(&self) -> bool {
        self.has_real_clock
    }

    /// Whether a timer of that number was made before the current turn.
    pub(crate) fn is_older_than_turn(&self, number: u64) -> bool {
        number < self.turn_began_at.get()
    }

    /// Makes a timer that wakes `waker` at the deadline, or never if there is none.
    pub(crate) fn wake_at(&self, deadline: Option<Instant>, number: u64, waker: &Waker) -> TimerKey {
        self.add_timer(deadline, number, Action::Wake(waker.clone()))
    }

    /// Returns whether the timer still waits. If so, it wakes `waker` from now on. The timers of a
    /// closed loop wait for ever.
    pub(crate) fn rearm(&self, timer: TimerKey, waker: &Waker) -> bool {
        if self.closed.get() {
            return true;
        }
        match self.timers.borrow().action(timer) {
            None => return false,
            Some(Action::Wake(known)) if known.will_wake(waker) => return true,
            Some(_) => {}
        }
        // Cloned before the borrow, and the old one dropped after it: both may run code of a user.
        let waker = waker.clone();
        let old = self.timers.borrow_mut().replace(timer, Action::Wake(waker));
        drop(old);
        true
    }
}
