//! A task as an error context; or something else that takes errors, see `callback_context.rs`.
//!
//! | what | touched by |
//! |---|---|
//! | `deliveries`, `watch`, `watchers`, `grace` | the thread of the task's loop |
//! | `outer`, `ended` | any thread that holds the node |
//!
//! `outer` only ever moves outward: past nodes whose tasks have ended. That is done when a node is captured and when its own task ends, so the chain from a task that
//! lives is no longer than the number of tasks that lived at once, also for tasks that start each other for ever.
use std::collections::VecDeque;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::callback_state::CallbackContextState;
use super::ids::{SlotId, TimerKey};
use super::injection::Injection;
use super::unhandled_error::UnhandledError;
use crate::inject::{EndSenders, Watch};

pub(crate) struct ErrorContext {
    place: Taker,
    ended: AtomicBool,
    state: Mutex<State>,
}

/// A loop, as the error contexts of its tasks see it, from any thread.
pub(crate) trait Home: Send + Sync {
    /// Brings the error to that context, or to the next one outside of it; with none, to the error handler.
    /// Gives the error back if the loop is closed.
    fn bring(&self, context: Option<Arc<ErrorContext>>, error: UnhandledError) -> Result<(), UnhandledError>;
}

enum Taker {
    Task { home: Arc<dyn Home>, slot: SlotId },
    CallbackContext(CallbackContextState),
}

struct State {
    outer: Option<Arc<ErrorContext>>,
    /// For the task, and not taken yet: the next one first.
    deliveries: VecDeque<Injection>,
    /// The task was told of a cancellation, and may have swallowed it: lent to each poll that has nothing else.
    watch: Option<Watch>,
    /// Dropped when the task has ended.
    watchers: EndSenders,
    /// When the task is dropped at the latest.
    grace: Option<Grace>,
}

/// The time that a cancelled task has to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grace {
    pub(crate) deadline: Instant,
    pub(crate) timer: TimerKey,
}

impl State {
    fn new(outer: Option<Arc<ErrorContext>>) -> Self {
        State {
            outer,
            deliveries: VecDeque::new(),
            watch: None,
            watchers: EndSenders::default(),
            grace: None,
        }
    }
}

impl ErrorContext {
    fn new(place: Taker, outer: Option<Arc<ErrorContext>>) -> Arc<Self> {
        let state = Mutex::new(State::new(outer));
        Arc::new(ErrorContext { place, ended: AtomicBool::new(false), state })
    }

    pub(super) fn of_task(home: Arc<dyn Home>, slot: SlotId, outer: Option<Arc<ErrorContext>>) -> Arc<Self> {
        Self::new(Taker::Task { home, slot }, outer)
    }

    pub(super) fn catching(caught: CallbackContextState, outer: Option<Arc<ErrorContext>>) -> Arc<Self> {
        Self::new(Taker::CallbackContext(caught), outer)
    }

    pub(super) fn callback_state(&self) -> Option<&CallbackContextState> {
        match &self.place {
            Taker::CallbackContext(caught) => Some(caught),
            Taker::Task { .. } => None,
        }
    }

    /// The slot of its task, if that is one of that loop's.
    pub(crate) fn slot_of(&self, of: &Arc<impl Home>) -> Option<SlotId> {
        match &self.place {
            Taker::Task { home, slot } if ptr::addr_eq(Arc::as_ptr(home), Arc::as_ptr(of)) => Some(*slot),
            _ => None,
        }
    }

    pub(super) fn set_ended(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// The next context outward.
    pub(crate) fn outer(&self) -> Option<Arc<ErrorContext>> {
        self.lock().outer.clone()
    }

    /// Hands the failure to the node's loop, on whatever thread that is, or to what catches it; gives it back
    /// if the loop is closed, or the catch has ended.
    pub(crate) fn send(self: &Arc<Self>, failure: UnhandledError) -> Result<(), UnhandledError> {
        match &self.place {
            Taker::Task { home, .. } => home.bring(Some(Arc::clone(self)), failure),
            Taker::CallbackContext(caught) => caught.offer(failure),
        }
    }

    /// Of cancellations that have not been told yet only the first is kept.
    pub(crate) fn push(&self, delivery: Injection) {
        let deliveries = &mut self.lock().deliveries;
        if !(delivery.is_cancel() && deliveries.iter().any(Injection::is_cancel)) {
            deliveries.push_back(delivery);
        }
    }

    /// For what was tried and not taken: it is the first to be tried again, but does not keep a cancellation waiting, nor, held back by a shield, anything else. Answers whether
    /// something else has its turn now.
    pub(crate) fn put_back(&self, delivery: Injection) -> bool {
        let deliveries = &mut self.lock().deliveries;
        if !delivery.is_held() && !deliveries.iter().any(Injection::is_cancel) {
            deliveries.push_front(delivery);
            return false;
        }
        let is_next = deliveries.front().is_some_and(|next| !next.is_held());
        deliveries.push_back(delivery);
        is_next
    }

    /// The next delivery; if there is none, the watch.
    pub(crate) fn pop(&self) -> Option<Injection> {
        let mut state = self.lock();
        state.deliveries.pop_front().or_else(|| state.watch.take().map(Injection::Watch))
    }

    pub(crate) fn has_deliveries(&self) -> bool {
        !self.lock().deliveries.is_empty()
    }

    /// Whether there is something for the next poll, be it no reason to poll.
    pub(crate) fn has_something(&self) -> bool {
        let state = self.lock();
        state.watch.is_some() || !state.deliveries.is_empty()
    }

    /// Keeps the watch for the next poll, instead of an older one.
    pub(crate) fn keep(&self, watch: Watch) {
        self.lock().watch = Some(watch);
    }

    /// Whether the task has to end by then, as far as is known.
    pub(crate) fn ends_by(&self, deadline: Instant) -> bool {
        self.lock().grace.is_some_and(|grace| grace.deadline <= deadline)
    }

    /// Has the task dropped at that time; gives the timer that is not needed any more.
    pub(crate) fn set_grace(&self, grace: Grace) -> Option<TimerKey> {
        self.lock().grace.replace(grace).map(|before| before.timer)
    }

    /// Has the signals dropped when the task has ended.
    pub(crate) fn watch(&self, signals: EndSenders) {
        self.lock().watchers.append(signals);
    }

    /// The task has ended: gives what it leaves behind.
    pub(super) fn end(&self) -> Leftovers {
        self.set_ended();
        self.shorten();
        let mut state = self.lock();
        let timer = state.grace.take().map(|grace| grace.timer);
        let (deliveries, watchers) = (mem::take(&mut state.deliveries), mem::take(&mut state.watchers));
        Leftovers { outer: state.outer.clone(), deliveries, watchers, timer }
    }

    /// Leaves out the outer nodes that have ended.
    pub(super) fn shorten(&self) {
        loop {
            let outer = self.outer();
            let Some(ended) = outer.filter(|outer| outer.ended.load(Ordering::Relaxed)) else { return };
            let next = ended.outer();
            // The one that is left out is dropped after the lock.
            let _left_out = mem::replace(&mut self.lock().outer, next);
        }
    }

    /// No code of a user runs under this lock, and nothing that panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A long chain is dropped step by step: dropped from within each other, its nodes could overflow the stack.
impl Drop for ErrorContext {
    fn drop(&mut self) {
        let mut next = take_outer(self);
        while let Some(mut node) = next.and_then(Arc::into_inner) {
            next = take_outer(&mut node);
        }
    }
}

fn take_outer(node: &mut ErrorContext) -> Option<Arc<ErrorContext>> {
    node.state.get_mut().unwrap_or_else(PoisonError::into_inner).outer.take()
}

/// What a task leaves behind when it ends.
#[derive(Default)]
pub(crate) struct Leftovers {
    /// The context around it.
    pub(crate) outer: Option<Arc<ErrorContext>>,
    /// What it did not take.
    pub(crate) deliveries: VecDeque<Injection>,
    /// Whom its end is told by dropping this.
    pub(crate) watchers: EndSenders,
    /// What would have dropped it.
    pub(crate) timer: Option<TimerKey>,
}

/// How many nodes there are, from this one outward.
pub(crate) fn depth(node: Option<&Arc<ErrorContext>>) -> usize {
    let mut depth = 0;
    let mut next = node.cloned();
    while let Some(node) = next {
        depth += 1;
        next = node.outer();
    }
    depth
}
