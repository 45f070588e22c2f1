//! The end of a task, as whoever has cancelled it waits for it.
//!
//! | stage | the signal is dropped | polled |
//! |---|---|---|
//! | running | ended; the waiter is woken | pending; the latest waker is kept |
//! | ended | | ready |
//!
//! The signal is wherever the task is: in a message to its loop, then in its node. It is dropped when the task has ended, when its loop goes, and when the message
//! cannot be delivered, because the task had ended before.
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::io_loop::contain;
use crate::sync::{lock, Mutex};

/// Waits until a task that is being cancelled has ended: made by [`JoinHandle::cancel`](crate::JoinHandle::cancel).
///
/// Dropping it does not take the request back.
pub struct Cancelling {
    /// None if the task had ended before.
    ending: Option<Arc<Ending>>,
}

/// Its drop says that the task has ended.
pub(crate) struct EndSignal {
    ending: Arc<Ending>,
}

struct Ending {
    stage: Mutex<Stage>,
}

enum Stage {
    Running(Option<Waker>),
    Ended,
}

impl Cancelling {
    /// Of a task that has ended.
    pub(crate) fn ended() -> Self {
        Cancelling { ending: None }
    }

    pub(crate) fn new() -> (EndSignal, Self) {
        let ending = Arc::new(Ending { stage: Mutex::new(Stage::Running(None)) });
        (EndSignal { ending: Arc::clone(&ending) }, Cancelling { ending: Some(ending) })
    }
}

impl Future for Cancelling {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(ending) = &self.ending else { return Poll::Ready(()) };
        // Cloned, and the old one dropped, outside of the lock: both may run anybody's code.
        let waker = cx.waker().clone();
        let before = match &mut *lock(&ending.stage) {
            Stage::Ended => return Poll::Ready(()),
            Stage::Running(waiter) => waiter.replace(waker),
        };
        drop(before);
        Poll::Pending
    }
}

impl Drop for EndSignal {
    fn drop(&mut self) {
        let before = mem::replace(&mut *lock(&self.ending.stage), Stage::Ended);
        if let Stage::Running(Some(waiter)) = before {
            contain("a waker", || waiter.wake());
        }
    }
}

impl fmt::Debug for Cancelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancelling").finish_non_exhaustive()
    }
}
