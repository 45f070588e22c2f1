//! The future of room for an item, and the permit to use it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::answer::say_waits;
use super::engine::sealed::AnyQueue;
use super::put::Putter;
use super::state::{Offer, State};
use crate::inject::question::QueueWait;
use crate::opaque::opaque_debug;
use crate::Result;

/// The future of a [`Permit`]: made by [`Queue::reserve`](super::Queue::reserve).
///
/// # Errors
///
/// [`QueueClosed`](super::QueueClosed), if the queue is closed, or is closed during the wait.
///
/// # Cancellation
///
/// If it is dropped, it leaves the line. Room that it was granted goes to the next one.
///
/// # Panics
///
/// If it is polled after it was ready.
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct Reserve<'a, Q: AnyQueue> {
    queue: &'a Q,
    putter: Putter<Q::Item>,
}

impl<'a, Q: AnyQueue> Reserve<'a, Q> {
    #[inline]
    pub(super) fn new(queue: &'a Q) -> Self {
        Reserve { queue, putter: Putter::New(Offer::Room) }
    }
}

// It has no item.
impl<Q: AnyQueue> Unpin for Reserve<'_, Q> {}

impl<'a, Q: AnyQueue> Future for Reserve<'a, Q> {
    type Output = Result<Permit<'a, Q>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Reserve { queue, putter } = &mut *self;
        let queue = *queue;
        match putter.poll(queue.engine(), cx.waker()) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(Permit { queue: Some(queue) })),
            Poll::Ready(Err(closed)) => Poll::Ready(Err(closed.into())),
            Poll::Pending => {
                say_waits(&*self, cx, queue, QueueWait::Room);
                Poll::Pending
            }
        }
    }
}

impl<Q: AnyQueue> Drop for Reserve<'_, Q> {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.putter, Putter::InLine(_)) {
            drop(self.putter.leave(self.queue.engine()));
        }
    }
}

opaque_debug!(['a, Q: AnyQueue] Reserve<'a, Q>);

/// Room for one item, which no other task can use.
///
/// If it is dropped, the room goes to the next task in line.
#[must_use = "the room is given back if this is dropped"]
pub struct Permit<'a, Q: AnyQueue> {
    /// `None` when it was used.
    queue: Option<&'a Q>,
}

impl<Q: AnyQueue> Permit<'_, Q> {
    /// Puts an item, without a wait, also if the queue was closed since.
    pub fn send(mut self, item: Q::Item) {
        if let Some(queue) = self.queue.take() {
            queue.engine().with(|state, wakers| state.send(item, wakers));
        }
    }
}

impl<Q: AnyQueue> Drop for Permit<'_, Q> {
    #[inline]
    fn drop(&mut self) {
        self.queue.iter().for_each(|queue| queue.engine().with(State::give_room_back));
    }
}

opaque_debug!(['a, Q: AnyQueue] Permit<'a, Q>);
