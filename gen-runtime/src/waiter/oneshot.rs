//! A sender and a receiver of one value.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::WaiterCell;

/// Makes the two sides.
pub(crate) fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    let cell = Arc::default();
    (Sender(Arc::clone(&cell)), Receiver(cell))
}

/// Sends one value. Its drop, too, ends the wait of the receiver.
pub(crate) struct Sender<T>(Arc<WaiterCell<Result<T, Missing>>>);

/// The future of the value. It may be polled after it was ready, and is [`Taken`](Missing) then.
pub(crate) struct Receiver<T>(Arc<WaiterCell<Result<T, Missing>>>);

/// Why there is no value, and never will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The receiver has given it before.
    Taken,
    /// The sender was dropped without a value.
    NeverSent,
}

impl<T> Sender<T> {
    /// Only the first value counts.
    pub(crate) fn send(&self, value: T) {
        // A value that is given back is dropped here, outside of the lock.
        drop(self.0.put(Ok(value)));
    }

    /// Whether the receiver is still there.
    pub(crate) fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if self.0.is_empty() {
            drop(self.0.put(Err(Missing::NeverSent)));
        }
    }
}

impl<T> Receiver<T> {
    /// Whether nothing is left to wait for.
    pub(crate) fn is_ready(&self) -> bool {
        !self.0.is_empty()
    }
}

// The value is never pinned: it is moved out.
impl<T> Unpin for Receiver<T> {}

impl<T> Future for Receiver<T> {
    type Output = Result<T, Missing>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx.waker(), |received| {
            let left = received.as_ref().err().copied().unwrap_or(Missing::Taken);
            std::mem::replace(received, Err(left))
        })
    }
}

/// Its waker goes with it.
impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // Without a sender the cell itself goes.
        if Arc::strong_count(&self.0) > 1 {
            self.0.forget();
        }
    }
}
