//! Error contexts: a task, or a call of `from_callback` (`callback_context.rs`), that takes errors.
//!
//! A context also keeps what its task has inherited, and what the callbacks see that are scheduled
//! in it. A context of [bindings](ErrorContext::of_bindings) does only this: it takes no errors.
//!
//! | fields | used by |
//! |---|---|
//! | `injections`, `watch`, `end_senders` | the thread of the task's loop; of a task on a foreign executor any thread that has locked the task's mailbox |
//! | `grace` | the thread of the task's loop; the shell of a task on a foreign executor has its own |
//! | `outer`, `ended`, `hosted`, `inherited` | any thread that holds the context |
//!
//! `outer` only ever moves outward, past contexts whose tasks have ended. `shorten` moves it when a
//! context is captured and when its own task ends. So the chain of a living task is no longer than
//! the number of tasks that lived at once, also for tasks that start each other for ever.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::callback_state::CallbackContextState;
use super::ids::{SlotId, TimerKey};
use super::injection::Injection;
use super::unhandled_error::UnhandledError;
use crate::bindings::Inherited;
use crate::inject::{EndSenders, Watch};

pub(crate) struct ErrorContext {
    taker: Taker,
    ended: AtomicBool,
    /// Whether there is something in `inherited`, which never changes after the first step.
    inherits: AtomicBool,
    state: Mutex<State>,
}

/// The place to which an error context brings its errors, from any thread: the loop of its task, or
/// the task itself on a foreign executor.
pub(crate) trait Home: Send + Sync {
    /// Has the loop offer an error to `context`, and then outward. Gives the error back if the loop
    /// is closed. A task takes the error itself, or gives it back.
    fn throw(&self, context: Option<Arc<ErrorContext>>, error: UnhandledError) -> Result<(), UnhandledError>;
}

/// The task or the future that takes the errors.
enum Taker {
    Task {
        home: Arc<dyn Home>,
        slot: SlotId,
    },
    /// A task on a foreign executor: the `hosted` of the state.
    Hosted,
    CallbackContext(CallbackContextState),
    /// No future: it only keeps the bindings of a callback.
    Bindings,
}

struct State {
    outer: Option<Arc<ErrorContext>>,
    /// The task that takes the errors, if a foreign executor runs it; `None` when it has ended.
    hosted: Option<Pin<Arc<dyn Home>>>,
    injections: VecDeque<Injection>,
    /// Looks for a swallowed cancellation. Injected into each poll that has no other injection.
    watch: Option<Watch>,
    /// Dropped when the task has ended, which wakes the futures that wait for the end.
    end_senders: EndSenders,
    grace: Option<Grace>,
    inherited: Option<Arc<Inherited>>,
}

/// The time by which a cancelled task must have ended, and the timer that drops it then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grace {
    pub(crate) deadline: Instant,
    pub(crate) timer: TimerKey,
}

impl State {
    fn new(outer: Option<Arc<ErrorContext>>) -> Self {
        State {
            outer,
            hosted: None,
            injections: VecDeque::new(),
            watch: None,
            end_senders: EndSenders::default(),
            grace: None,
            inherited: None,
        }
    }
}

impl ErrorContext {
    fn new(taker: Taker, outer: Option<Arc<ErrorContext>>) -> Arc<Self> {
        let state = Mutex::new(State::new(outer));
        let (ended, inherits) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(ErrorContext { taker, ended, inherits, state })
    }

    pub(super) fn of_task(home: Arc<dyn Home>, slot: SlotId, outer: Option<Arc<ErrorContext>>) -> Arc<Self> {
        Self::new(Taker::Task { home, slot }, outer)
    }

    /// Makes the context of a task on a foreign executor.
    pub(super) fn of_hosted(task: Pin<Arc<dyn Home>>, outer: Option<Arc<ErrorContext>>) -> Arc<Self> {
        let context = Self::new(Taker::Hosted, outer);
        context.lock().hosted = Some(task);
        context
    }

    pub(super) fn of_callback(state: CallbackContextState) -> Arc<Self> {
        Self::new(Taker::CallbackContext(state), None)
    }

    /// Makes the context of a callback that was scheduled in `outer`, with these bindings around
    /// the call. It counts as ended: errors go on outward.
    pub(super) fn of_bindings(outer: Option<Arc<ErrorContext>>, inherited: Arc<Inherited>) -> Arc<Self> {
        let context = Self::new(Taker::Bindings, outer);
        context.set_ended();
        context.inherit(inherited);
        context
    }

    /// Puts a new context inside of another one, whose bindings it has then.
    pub(super) fn set_outer(&self, outer: Option<Arc<ErrorContext>>) {
        if let Some(inherited) = outer.as_ref().and_then(|outer| outer.inherited()) {
            self.inherit(inherited);
        }
        let before = mem::replace(&mut self.lock().outer, outer);
        drop(before);
    }

    /// Keeps what the task has inherited. Called before its first step.
    pub(super) fn inherit(&self, inherited: Arc<Inherited>) {
        let before = self.lock().inherited.replace(inherited);
        self.inherits.store(true, Ordering::Release);
        drop(before);
    }

    #[inline]
    pub(super) fn inherits(&self) -> bool {
        self.inherits.load(Ordering::Acquire)
    }

    pub(super) fn inherited(&self) -> Option<Arc<Inherited>> {
        if self.inherits() {
            self.lock().inherited.clone()
        } else {
            None
        }
    }

    /// Returns the innermost context from this one outward that may take an error.
    pub(crate) fn that_takes(self: &Arc<Self>) -> Option<Arc<ErrorContext>> {
        match self.taker {
            Taker::Bindings => self.outer(),
            _ => Some(Arc::clone(self)),
        }
    }

    pub(super) fn callback_state(&self) -> Option<&CallbackContextState> {
        match &self.taker {
            Taker::CallbackContext(state) => Some(state),
            Taker::Task { .. } | Taker::Hosted | Taker::Bindings => None,
        }
    }

    /// Returns the slot of the task, if the task is on the loop `of`.
    pub(crate) fn slot_of(&self, of: &Arc<impl Home>) -> Option<SlotId> {
        match &self.taker {
            Taker::Task { home, slot } if ptr::addr_eq(Arc::as_ptr(home), Arc::as_ptr(of)) => Some(*slot),
            _ => None,
        }
    }

    pub(super) fn set_ended(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    pub(crate) fn outer(&self) -> Option<Arc<ErrorContext>> {
        self.lock().outer.clone()
    }

    /// Sends the error to the loop of the task, from any thread, or to the future of the callback.
    /// Gives it back if the loop is closed, or if that future takes no more errors.
    pub(crate) fn send(self: &Arc<Self>, error: UnhandledError) -> Result<(), UnhandledError> {
        match &self.taker {
            Taker::Task { home, .. } => home.throw(Some(Arc::clone(self)), error),
            Taker::Hosted => {
                let task = self.lock().hosted.clone();
                match task {
                    Some(task) => task.throw(Some(Arc::clone(self)), error),
                    None => Err(error),
                }
            }
            Taker::CallbackContext(state) => state.offer(error),
            Taker::Bindings => Err(error),
        }
    }

    /// Queues an injection. A cancellation is dropped if another one is queued already. A trace
    /// request takes the place of those that were given up: a task that does not answer may be
    /// asked again and again.
    pub(crate) fn push(&self, injection: Injection) {
        let injections = &mut self.lock().injections;
        if injection.is_trace_request() {
            // This runs no code of a user: a receiver that is dropped has taken its waker along.
            injections.retain(|queued| !queued.is_trace_request() || queued.is_awaited());
        }
        if !(injection.is_cancel() && injections.iter().any(Injection::is_cancel)) {
            injections.push_back(injection);
        }
    }

    /// Queues an injection again that a poll has not taken. Returns whether there is another one to
    /// try now.
    ///
    /// It goes to the front of the queue, unless that would delay a cancellation or a trace
    /// request. A deferred cancellation goes to the end, so that it delays nothing.
    fn put_back(&self, injection: Injection) -> bool {
        let injections = &mut self.lock().injections;
        if !injection.is_deferred() && !injections.iter().any(Injection::is_cancel) {
            injections.push_front(injection);
            // The task can answer a request, though it cannot take the other one now.
            let asked = injections.iter().position(Injection::is_trace_request);
            let Some(request) = asked.and_then(|at| injections.remove(at)) else { return false };
            injections.push_front(request);
            return true;
        }
        let has_next = injections.front().is_some_and(|next| !next.is_deferred());
        injections.push_back(injection);
        has_next
    }

    /// Called after a poll with an injection that left the task suspended. An injection that was
    /// not taken is kept for the next poll. Returns whether another one can be tried at once.
    pub(crate) fn keep_untaken(&self, untaken: Option<Injection>) -> bool {
        match untaken {
            // The body went on, so it may now take one that was deferred before.
            None => self.has_injections(),
            Some(Injection::Watch(watch)) => {
                self.keep_watch(watch);
                self.has_injections()
            }
            Some(injection) => self.put_back(injection),
        }
    }

    /// Takes the next injection, or the watch if there is none.
    pub(crate) fn pop(&self) -> Option<Injection> {
        let mut state = self.lock();
        state.injections.pop_front().or_else(|| state.watch.take().map(Injection::Watch))
    }

    fn has_injections(&self) -> bool {
        !self.lock().injections.is_empty()
    }

    /// A watch is no reason to poll, but the next poll takes it.
    pub(crate) fn has_injection_or_watch(&self) -> bool {
        let state = self.lock();
        state.watch.is_some() || !state.injections.is_empty()
    }

    /// Keeps the watch for the next poll. It replaces an older one.
    fn keep_watch(&self, watch: Watch) {
        self.lock().watch = Some(watch);
    }

    /// Whether `set_grace` has already set a time that is not later than `deadline`.
    pub(crate) fn ends_by(&self, deadline: Instant) -> bool {
        self.lock().grace.is_some_and(|grace| grace.deadline <= deadline)
    }

    /// Returns the timer of an earlier call, which is not needed any more.
    pub(crate) fn set_grace(&self, grace: Grace) -> Option<TimerKey> {
        self.lock().grace.replace(grace).map(|before| before.timer)
    }

    pub(crate) fn add_end_senders(&self, end_senders: EndSenders) {
        self.lock().end_senders.append(end_senders);
    }

    /// Marks the task as ended, and takes its leftovers.
    pub(super) fn end(&self) -> Leftovers {
        self.set_ended();
        self.shorten();
        let mut state = self.lock();
        let hosted = state.hosted.take();
        let timer = state.grace.take().map(|grace| grace.timer);
        let (injections, end_senders) = (mem::take(&mut state.injections), mem::take(&mut state.end_senders));
        let leftovers = Leftovers { outer: state.outer.clone(), injections, end_senders, timer };
        drop(state);
        // Perhaps the last reference to the task, with its result.
        drop(hosted);
        leftovers
    }

    /// Skips the outer contexts that have ended. This may drop the last reference to one, and so to
    /// the locals that its task has inherited, whose drops are code of users: nothing may be locked
    /// or borrowed.
    pub(super) fn shorten(&self) {
        loop {
            let outer = self.outer();
            let Some(ended) = outer.filter(|outer| outer.ended.load(Ordering::Relaxed)) else { return };
            let next = ended.outer();
            // The skipped context is dropped after the lock is released.
            let _skipped = mem::replace(&mut self.lock().outer, next);
        }
    }

    /// No code of a user runs under this lock, and nothing in it panics.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A long chain is dropped in a loop, because nested drops could overflow the stack.
impl Drop for ErrorContext {
    fn drop(&mut self) {
        let mut next = take_outer(self);
        while let Some(mut context) = next.and_then(Arc::into_inner) {
            next = take_outer(&mut context);
        }
    }
}

fn take_outer(context: &mut ErrorContext) -> Option<Arc<ErrorContext>> {
    context.state.get_mut().unwrap_or_else(PoisonError::into_inner).outer.take()
}

/// The parts of an error context that outlive its task.
#[derive(Default)]
pub(crate) struct Leftovers {
    pub(crate) outer: Option<Arc<ErrorContext>>,
    pub(super) injections: VecDeque<Injection>,
    /// To be dropped, which wakes the futures that wait for the end.
    pub(crate) end_senders: EndSenders,
    /// The timer of the task's [`Grace`].
    pub(crate) timer: Option<TimerKey>,
}

impl Leftovers {
    /// Takes the errors that go outward. The first one is `untaken`, the injection of the last
    /// poll.
    pub(crate) fn take_errors(&mut self, untaken: Option<Injection>) -> impl Iterator<Item = UnhandledError> {
        let injections = mem::take(&mut self.injections);
        untaken.into_iter().chain(injections).filter_map(Injection::too_late)
    }
}

/// Returns the number of contexts from this one outward.
pub(crate) fn depth(context: Option<&Arc<ErrorContext>>) -> usize {
    let mut depth = 0;
    let mut next = context.and_then(ErrorContext::that_takes);
    while let Some(context) = next {
        depth += 1;
        next = context.outer();
    }
    depth
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::inject::TraceRequest;

    /// A monitor that gives up after some time, and asks again, would fill the memory.
    #[test]
    fn a_request_that_was_given_up_leaves_the_queue() {
        let context = ErrorContext::new(Taker::Hosted, None);
        let (request, awaited) = TraceRequest::new();
        context.push(Injection::TraceRequest(request));
        for _ in 0..10 {
            let (request, given_up) = TraceRequest::new();
            context.push(Injection::TraceRequest(request));
            drop(given_up);
        }
        assert_eq!(context.lock().injections.len(), 2, "the first and the last one");
        drop(awaited);
    }
}
