//! The end of what is cancelled, as whoever has cancelled it waits for it.
//!
//! | stage | the signal is dropped | polled |
//! |---|---|---|
//! | running | ended; the waiter is woken | pending; the latest waker is kept |
//! | ended | | ready |
//!
//! The signal is wherever the task is: in a message to its loop, then in its node. It is dropped when the
//! task has ended, when its loop goes, and when the message cannot be delivered, because the task had ended
//! before. Signals that nobody waits for any more do not pile up there: see [`EndSenders`].

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::report::contain;
use crate::sync::{lock, Mutex};

/// Makes a signal, and the future that is ready when the signal is dropped.
pub(crate) fn end_channel() -> (EndSender, Ended) {
    let ending = Arc::new(Ending { stage: Mutex::new(Stage::Running(None)) });
    (EndSender { ending: Arc::clone(&ending) }, Ended { ending })
}

/// Is ready when its signal is dropped.
pub(crate) struct Ended {
    ending: Arc<Ending>,
}

/// Its drop says that the task has ended.
pub(crate) struct EndSender {
    ending: Arc<Ending>,
}

impl EndSender {
    /// Whether anybody can wait for it.
    fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.ending) > 1
    }
}

/// The signals of all who wait for one end.
#[derive(Default)]
pub(crate) struct EndSenders {
    pub(crate) signals: Vec<EndSender>,
    /// With so many, those that nobody waits for any more are looked for.
    limit: usize,
}

impl From<Option<EndSender>> for EndSenders {
    fn from(signal: Option<EndSender>) -> Self {
        EndSenders { signals: signal.into_iter().collect(), limit: 0 }
    }
}

impl EndSenders {
    /// Adds one. Whoever cancels again and again and does not wait is not to fill the memory: so those that nobody waits for go, from time to time.
    ///
    /// Nothing of a user is run or dropped by it, since who does not wait any more has taken his waker with him.
    pub(crate) fn push(&mut self, signal: EndSender) {
        const FEW: usize = 8;
        if self.signals.len() >= self.limit.max(FEW) {
            self.signals.retain(EndSender::is_awaited);
            self.limit = 2 * self.signals.len();
        }
        self.signals.push(signal);
    }

    pub(crate) fn append(&mut self, more: EndSenders) {
        more.signals.into_iter().for_each(|signal| self.push(signal));
    }
}

struct Ending {
    stage: Mutex<Stage>,
}

enum Stage {
    Running(Option<Waker>),
    Ended,
}

impl Future for Ended {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Cloned, and the old one dropped, outside of the lock: both may run anybody's code.
        let waker = cx.waker().clone();
        let before = match &mut *lock(&self.ending.stage) {
            Stage::Ended => return Poll::Ready(()),
            Stage::Running(waiter) => waiter.replace(waker),
        };
        drop(before);
        Poll::Pending
    }
}

/// Nobody waits any more: the waker goes.
impl Drop for Ended {
    fn drop(&mut self) {
        let waiter = match &mut *lock(&self.ending.stage) {
            Stage::Running(waiter) => waiter.take(),
            Stage::Ended => None,
        };
        drop(waiter);
    }
}

impl Drop for EndSender {
    fn drop(&mut self) {
        let before = mem::replace(&mut *lock(&self.ending.stage), Stage::Ended);
        if let Stage::Running(Some(waiter)) = before {
            contain("a waker", || waiter.wake());
        }
    }
}
