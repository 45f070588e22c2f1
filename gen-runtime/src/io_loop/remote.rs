//! What other threads see of a loop: one inbox, one flag, one place to sleep.
//!
//! | who | does |
//! |---|---|
//! | any thread | `send`: adds a message and wakes the loop if it sleeps; `request_stop` |
//! | the loop | `drain` at the start of each turn; `park` when idle; `close` at its end: from then on `send` refuses |
//!
//! The loop sleeps on a condition variable of its own, not with `thread::park`, whose token belongs to
//! everybody on the thread. `waiting` mirrors "the inbox is not empty", so that a turn without mail costs one
//! load and no lock.
use std::fmt;
use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::callback::CallbackOutput;
use super::errors::LoopClosed;
use super::sched::TaskId;
use super::waker::SlotId;
use crate::context::{self, Delivery, Failure, Node};
use crate::sync::{lock, AtomicBool, Condvar, Mutex, MutexGuard, Ordering};
use crate::task::EndSignal;
use crate::time::TimerKey;

/// What another thread has for the loop.
pub(crate) enum Message {
    Wake(SlotId),
    Callback(Box<dyn FnOnce() + Send>),
    /// From the drop of a timer that had moved to another thread.
    CancelTimer(TimerKey),
    /// For that context, or the next one outside of it; with none, for the loop's handler.
    Throw(Option<Arc<Node>>, Failure),
    /// For that task only.
    Deliver(TaskId, Delivery, Option<EndSignal>),
}

#[derive(Default)]
pub(crate) struct Shared {
    inbox: Mutex<Inbox>,
    mail: Condvar,
    waiting: AtomicBool,
    stop: AtomicBool,
}

#[derive(Default)]
struct Inbox {
    messages: Vec<Message>,
    /// The loop sleeps on `mail`; else notifying it would be a system call for nothing.
    parked: bool,
    closed: bool,
}

impl Shared {
    /// Hands the message back if the loop is closed.
    pub(crate) fn send(&self, message: Message) -> Result<(), Message> {
        let mut inbox = self.lock();
        if inbox.closed {
            return Err(message);
        }
        if !inbox.repeats(&message) {
            inbox.messages.push(message);
        }
        self.waiting.store(true, Ordering::Release);
        self.unpark(inbox);
        Ok(())
    }

    pub(super) fn request_stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.unpark(self.lock());
    }

    /// Whether a stop was asked for since the last call.
    pub(super) fn take_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) && self.stop.swap(false, Ordering::Acquire)
    }

    pub(super) fn has_mail(&self) -> bool {
        self.waiting.load(Ordering::Acquire)
    }

    pub(super) fn drain(&self) -> Vec<Message> {
        if !self.has_mail() {
            return Vec::new();
        }
        let mut inbox = self.lock();
        self.waiting.store(false, Ordering::Relaxed);
        mem::take(&mut inbox.messages)
    }

    /// Sleeps until there is mail, a stop is asked for, or `limit` has passed; may return early.
    pub(super) fn park(&self, limit: Option<Duration>) {
        let mut inbox = self.lock();
        if !inbox.messages.is_empty() || self.stop.load(Ordering::Acquire) {
            return;
        }
        inbox.parked = true;
        let mut inbox = match limit {
            None => self.mail.wait(inbox).unwrap_or_else(PoisonError::into_inner),
            Some(limit) => self.mail.wait_timeout(inbox, limit).unwrap_or_else(PoisonError::into_inner).0,
        };
        inbox.parked = false;
    }

    /// Refuses all further messages and gives those that were not read.
    pub(super) fn close(&self) -> Vec<Message> {
        let mut inbox = self.lock();
        inbox.closed = true;
        mem::take(&mut inbox.messages)
    }

    fn unpark(&self, inbox: MutexGuard<'_, Inbox>) {
        if inbox.parked {
            drop(inbox);
            self.mail.notify_one();
        }
    }

    /// No code of a user runs under this lock, and nothing that panics: a poisoned inbox is whole.
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }
}

impl Inbox {
    /// A thread that wakes one task again and again while the loop is busy must not fill the memory.
    fn repeats(&self, message: &Message) -> bool {
        match (self.messages.last(), message) {
            (Some(Message::Wake(last)), Message::Wake(slot)) => last == slot,
            _ => false,
        }
    }
}

/// A handle to an [`IoLoop`](crate::IoLoop) that may be sent to other threads.
///
/// It does not keep the loop alive.
///
/// ```
/// let io_loop = gen::IoLoop::new();
/// let remote = io_loop.remote();
/// let thread = std::thread::spawn(move || {
///     let at_the_end = remote.clone();
///     remote.add_callback(move || at_the_end.stop())
/// });
/// io_loop.start(); // until the callback stops it
/// assert!(thread.join().unwrap().is_ok());
/// ```
#[derive(Clone)]
pub struct Remote {
    pub(super) shared: Arc<Shared>,
}

impl Remote {
    /// Runs `callback` on the loop's thread, in the loop's next turn.
    ///
    /// It may return `()` or a `Result<(), E>` with a throwable `E`. A failure, and a panic too, goes to the
    /// [error context](crate::context) that this is called in: the coroutine's, if it is one of a loop that
    /// runs here; else to the handler of the loop that runs the callback, else to the log.
    ///
    /// # Errors
    ///
    /// [`LoopClosed`] if the loop is gone; the callback is dropped.
    pub fn add_callback<F, R, M>(&self, callback: F) -> Result<(), LoopClosed>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput<M>,
    {
        let node = context::current();
        let callback = Box::new(move || context::run_in(node, "a callback", callback));
        self.shared.send(Message::Callback(callback)).map_err(|_| LoopClosed)
    }

    /// Makes the loop return from [`start`](crate::IoLoop::start) or [`run_sync`](crate::IoLoop::run_sync) at
    /// the end of its current turn; if it is not running, the next of these returns at once. Nothing happens
    /// if the loop is gone.
    pub fn stop(&self) {
        self.shared.request_stop();
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}
