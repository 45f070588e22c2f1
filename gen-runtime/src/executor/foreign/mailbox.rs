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
//! The mail is opened only if it is used: the [`TaskState`] says so. A poll of a task without
//! injections loads one word. The lock is taken for the waker once, at the end of the first poll by
//! the executor that leaves the task suspended, and then once more by the end.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::state::TaskState;
use crate::bindings::Inherited;
use crate::executor::error_context::{ErrorContext, Home, Leftovers};
use crate::executor::injection::Injection;
use crate::executor::slot_context::SlotContext;
use crate::executor::unhandled_error::UnhandledError;
use crate::inject::{Cancellation, EndSenders};
use crate::report::{contain, Detached};
use crate::shims::{lock, AtomicU32, Mutex, MutexGuard, Ordering, ThreadNumber};

pub(crate) struct Mailbox {
    state: TaskState,
    /// The number of the thread that polls the body, or 0.
    polled_by: AtomicU32,
    mail: Mutex<Mail>,
}

struct Mail {
    context: SlotContext,
    waker: Option<Waker>,
    /// Whether something was delivered since the last poll has looked for news.
    is_fresh: bool,
    /// In a box, because it is large, and most tasks have none.
    cut_short: Option<Box<CutShort>>,
    /// Whether the leftovers were taken.
    is_closed: bool,
    /// The reason why the handle is gone, if it is.
    detached: Detached,
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
    pub(super) cut_short: Option<Box<CutShort>>,
}

impl Mailbox {
    /// For a task that is spawned in the context `outer`.
    pub(super) fn new(outer: Option<Arc<ErrorContext>>) -> Self {
        let state = TaskState::new(outer.is_some());
        let mail = Mail {
            context: SlotContext::Outer(outer),
            waker: None,
            is_fresh: false,
            cut_short: None,
            is_closed: false,
            detached: Detached::Unwatched,
        };
        Mailbox { state, polled_by: AtomicU32::new(0), mail: Mutex::new(mail) }
    }

    #[inline]
    pub(crate) fn state(&self) -> &TaskState {
        &self.state
    }

    /// Returns the error context of the task, for the thread that polls it.
    pub(super) fn context(&self, home: impl FnOnce() -> Pin<Arc<dyn Home>>) -> Arc<ErrorContext> {
        let mut mail = self.lock();
        // The task is being polled, so its end comes later, and finds this.
        self.state.use_mail();
        let context = mail.context(home);
        // This may drop the locals of a task that has ended.
        drop(mail);
        context.shorten();
        context
    }

    /// Returns what the task has inherited. Makes no context.
    pub(super) fn inherited(&self) -> Option<Arc<Inherited>> {
        self.lock().context.own()?.inherited()
    }

    /// Queues the error of a callback. Gives it back if the task has ended, or if its body is
    /// executing further up the stack.
    pub(super) fn throw(&self, error: UnhandledError) -> Result<(), UnhandledError> {
        let mut mail = self.lock();
        let is_executing_here = self.polled_by.load(Ordering::Relaxed) == ThreadNumber::current().get();
        match mail.context.own() {
            Some(context) if !mail.is_closed && !is_executing_here => {
                context.push(Injection::UnhandledError(error));
            }
            _ => return Err(error),
        }
        let wake = self.announce(&mut mail);
        drop(mail);
        wake.wake();
        Ok(())
    }

    /// Queues an injection. Gives everything back if the task has ended.
    pub(super) fn deliver(
        &self,
        home: impl FnOnce() -> Pin<Arc<dyn Home>>,
        injection: Injection,
        end_senders: EndSenders,
    ) -> Result<(), (Injection, EndSenders)> {
        let mut mail = self.lock();
        if self.state.use_mail().has_ended() {
            return Err((injection, end_senders));
        }
        let context = mail.context(home);
        context.push(injection);
        context.add_end_senders(end_senders);
        let wake = self.announce(&mut mail);
        drop(mail);
        wake.wake();
        Ok(())
    }

    /// Asks for the drop of the task when `grace` has passed. Of several deadlines the earliest
    /// counts.
    pub(crate) fn cut_short(&self, grace: Duration, request: Cancellation) {
        let new = CutShort { since: Instant::now(), grace, request };
        // A deadline that no `Instant` can hold never comes.
        let Some(deadline) = new.real_deadline() else { return };
        let mut mail = self.lock();
        let known = mail.cut_short.as_deref().and_then(CutShort::real_deadline);
        if self.state.use_mail().has_ended() || known.is_some_and(|known| known <= deadline) {
            return;
        }
        let before = mail.cut_short.replace(Box::new(new));
        let wake = self.announce(&mut mail);
        drop(mail);
        drop(before);
        wake.wake();
    }

    /// Keeps the waker for the next delivery. Returns whether something was delivered since the
    /// poll has looked for news.
    pub(super) fn set_waker(&self, waker: Waker) -> bool {
        let mut mail = self.lock();
        self.state.use_mail();
        let before = mail.waker.replace(waker);
        let is_fresh = mail.is_fresh;
        // The old one is dropped without the lock.
        drop(mail);
        drop(before);
        is_fresh
    }

    /// Whether there is something for the next poll. Then the waker may have been taken.
    #[inline]
    pub(super) fn has_news(&self) -> bool {
        self.state.load().has_news()
    }

    /// Takes the next injection.
    pub(super) fn take_news(&self) -> News {
        let mut mail = self.lock();
        self.state.take_news();
        mail.is_fresh = false;
        let injection = mail.context.own().and_then(|context| context.pop());
        News { injection, cut_short: mail.cut_short.take() }
    }

    /// Called after a poll with an injection that left the task suspended. An injection that was
    /// not taken is kept for the next poll. Returns whether another one can be tried at once.
    pub(super) fn after_injection(&self, untaken: Option<Injection>) -> bool {
        let mail = self.lock();
        let Some(context) = mail.context.own() else { return false };
        let has_next = context.keep_untaken(untaken);
        if context.has_injection_or_watch() {
            self.state.announce();
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

    /// The leftovers of a task that has ended. Needed only if the mail was used.
    pub(super) fn take_leftovers(&self) -> Leftovers {
        let mut mail = self.lock();
        mail.is_closed = true;
        let context = mem::replace(&mut mail.context, SlotContext::Outer(None));
        let (waker, cut_short) = (mail.waker.take(), mail.cut_short.take());
        drop(mail);
        contain("the drop of a waker", || drop((waker, cut_short)));
        context.end()
    }

    /// The handle was dropped, for that reason. Called before the [`TaskState`] says so.
    pub(crate) fn set_detached(&self, why: Detached) {
        self.lock().detached = why;
    }

    /// The reason why the handle was dropped, if it was.
    pub(crate) fn detached(&self) -> Detached {
        self.lock().detached
    }

    /// Called after something was queued, under the lock. The caller wakes the task after it.
    fn announce(&self, mail: &mut Mail) -> Wake {
        self.state.announce();
        mail.is_fresh = true;
        Wake(mail.waker.take())
    }

    fn lock(&self) -> MutexGuard<'_, Mail> {
        lock(&self.mail)
    }
}

impl Mail {
    fn context(&mut self, home: impl FnOnce() -> Pin<Arc<dyn Home>>) -> Arc<ErrorContext> {
        debug_assert!(!self.is_closed, "the context of a task that has ended keeps the task alive");
        self.context.get_or_create(|outer| ErrorContext::of_hosted(home(), outer))
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
