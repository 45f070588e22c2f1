//! The injections of a task on a foreign executor.
//!
//! Any thread may deliver an injection. It waits here for the next poll of the task, and the waker
//! of the task is called.
//!
//! # The waker is taken by the first delivery
//!
//! No code of a user runs under the lock of a mailbox, and the waker of a foreign executor is such
//! code. So a delivery takes the waker out, and calls it when the lock is released. The end of the
//! next poll puts it back. A delivery that finds no waker has nothing to do:
//!
//! | the mailbox has no waker | what finds the injection |
//! |---|---|
//! | the executor has not polled the task | its first poll, which is certain to come |
//! | another delivery has taken the waker, and calls it | the poll that follows that call |
//! | that poll has begun | the same poll if it has not looked for news yet; else its end, which puts the waker back and looks again (`is_fresh`) |
//!
//! # Cost
//!
//! A poll of a task without injections loads one flag. The lock is taken for the waker once, at the
//! end of the first poll by the executor that leaves the task suspended.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::executor::error_context::{ErrorContext, Home, Leftovers};
use crate::executor::injection::Injection;
use crate::executor::slot_context::SlotContext;
use crate::executor::unhandled_error::UnhandledError;
use crate::inject::{Cancellation, EndSenders};
use crate::report::contain;
use crate::sync::{lock, AtomicBool, AtomicU32, Mutex, MutexGuard, Ordering, ThreadNumber};

pub(crate) struct Mailbox {
    /// Whether the next poll has to look into the state.
    has_news: AtomicBool,
    /// The number of the thread that polls the body, or 0.
    polled_by: AtomicU32,
    state: Mutex<State>,
}

struct State {
    context: SlotContext,
    waker: Option<Waker>,
    /// Whether something was delivered since the last poll has looked for news.
    is_fresh: bool,
    cut_short: Option<CutShort>,
    has_ended: bool,
}

/// A request to drop a task that has not ended when `grace` has passed.
///
/// The task finds the deadline, on its own clock: the thread that asks may have another one.
pub(super) struct CutShort {
    /// The real time of the request.
    pub(super) since: Instant,
    pub(super) grace: Duration,
    pub(super) request: Cancellation,
}

impl CutShort {
    /// Compared only with other requests that the task has not seen.
    fn real_deadline(&self) -> Option<Instant> {
        self.since.checked_add(self.grace)
    }
}

/// The things that a poll handles besides the body.
#[derive(Default)]
pub(super) struct News {
    pub(super) injection: Option<Injection>,
    pub(super) cut_short: Option<CutShort>,
}

impl Mailbox {
    /// For a task that is spawned in the context `outer`.
    pub(crate) fn new(outer: Option<Arc<ErrorContext>>) -> Self {
        let state = State {
            context: SlotContext::Outer(outer),
            waker: None,
            is_fresh: false,
            cut_short: None,
            has_ended: false,
        };
        Mailbox { has_news: AtomicBool::new(false), polled_by: AtomicU32::new(0), state: Mutex::new(state) }
    }

    /// Returns the error context of the task, which is `home`.
    pub(crate) fn context(&self, home: Pin<Arc<dyn Home>>) -> Arc<ErrorContext> {
        self.lock().context(home)
    }

    /// Queues the error of a callback. Gives it back if the task has ended, or if its body is
    /// executing further up the stack.
    pub(crate) fn throw(&self, error: UnhandledError) -> Result<(), UnhandledError> {
        let mut state = self.lock();
        let is_executing_here = self.polled_by.load(Ordering::Relaxed) == ThreadNumber::current().get();
        match state.context.own() {
            Some(context) if !state.has_ended && !is_executing_here => {
                context.push(Injection::UnhandledError(error));
            }
            _ => return Err(error),
        }
        let wake = self.announce(&mut state);
        drop(state);
        wake.wake();
        Ok(())
    }

    /// Queues an injection for the task, which is `home`. Gives everything back if the task has
    /// ended.
    pub(crate) fn deliver(
        &self,
        home: Pin<Arc<dyn Home>>,
        injection: Injection,
        end_senders: EndSenders,
    ) -> Result<(), (Injection, EndSenders)> {
        let mut state = self.lock();
        if state.has_ended {
            return Err((injection, end_senders));
        }
        let context = state.context(home);
        context.push(injection);
        context.add_end_senders(end_senders);
        let wake = self.announce(&mut state);
        drop(state);
        wake.wake();
        Ok(())
    }

    /// Asks for the drop of the task when `grace` has passed. Of several deadlines the earliest
    /// counts.
    pub(crate) fn cut_short(&self, grace: Duration, request: Cancellation) {
        let new = CutShort { since: Instant::now(), grace, request };
        // A deadline that no `Instant` can hold never comes.
        let Some(deadline) = new.real_deadline() else { return };
        let mut state = self.lock();
        let known = state.cut_short.as_ref().and_then(CutShort::real_deadline);
        if state.has_ended || known.is_some_and(|known| known <= deadline) {
            return;
        }
        let before = state.cut_short.replace(new);
        let wake = self.announce(&mut state);
        drop(state);
        drop(before);
        wake.wake();
    }

    /// Keeps the waker for the next delivery. Returns whether something was delivered since the
    /// poll has looked for news.
    pub(super) fn set_waker(&self, waker: &Waker) -> bool {
        // Cloned before the lock is taken, and the old one dropped after it.
        let new = Some(waker.clone());
        let mut state = self.lock();
        let before = mem::replace(&mut state.waker, new);
        let is_fresh = state.is_fresh;
        drop(state);
        drop(before);
        is_fresh
    }

    /// Whether there is something for the next poll. Then the waker may have been taken.
    pub(super) fn has_news(&self) -> bool {
        self.has_news.load(Ordering::Acquire)
    }

    /// Takes the next injection.
    pub(super) fn take_news(&self) -> News {
        let mut state = self.lock();
        self.has_news.store(false, Ordering::Relaxed);
        state.is_fresh = false;
        let injection = state.context.own().and_then(|context| context.pop());
        News { injection, cut_short: state.cut_short.take() }
    }

    /// Called after a poll with an injection that left the task suspended. An injection that was
    /// not taken is kept for the next poll. Returns whether another one can be tried at once.
    pub(super) fn after_injection(&self, untaken: Option<Injection>) -> bool {
        let state = self.lock();
        let Some(context) = state.context.own() else { return false };
        let has_next = context.keep_untaken(untaken);
        if context.has_injection_or_watch() {
            self.has_news.store(true, Ordering::Release);
        }
        has_next
    }

    /// Marks this thread as the one that polls the body, for the time of `poll`.
    pub(super) fn executing<R>(&self, poll: impl FnOnce() -> R) -> R {
        self.polled_by.store(ThreadNumber::current().get(), Ordering::Relaxed);
        let result = poll();
        self.polled_by.store(0, Ordering::Relaxed);
        result
    }

    /// Marks the task as ended, and takes its leftovers.
    pub(super) fn end(&self) -> Leftovers {
        let mut state = self.lock();
        state.has_ended = true;
        let context = mem::replace(&mut state.context, SlotContext::Outer(None));
        let (waker, cut_short) = (state.waker.take(), state.cut_short.take());
        drop(state);
        contain("the drop of a waker", || drop((waker, cut_short)));
        context.end()
    }

    /// Called after something was queued, under the lock. The caller wakes the task after it.
    fn announce(&self, state: &mut State) -> Wake {
        self.has_news.store(true, Ordering::Release);
        state.is_fresh = true;
        Wake(state.waker.take())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn context(&mut self, home: Pin<Arc<dyn Home>>) -> Arc<ErrorContext> {
        debug_assert!(!self.has_ended, "the context of a task that has ended keeps the task alive");
        self.context.get_or_create(|outer| ErrorContext::of_hosted(home, outer))
    }
}

/// The waker of a task, to be called when the lock is released.
#[must_use]
struct Wake(Option<Waker>);

impl Wake {
    fn wake(self) {
        if let Some(waker) = self.0 {
            contain("a waker", || waker.wake());
        }
    }
}
