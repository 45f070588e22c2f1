//! The future that waits until all items are done.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::answer::say_waits;
use super::engine::sealed::AnyQueue;
use crate::inject::question::QueueWait;
use crate::opaque::opaque_debug;
use crate::waiter::{poll_place, LineWaiter, Place};

/// The future that waits until all items are done: made by [`Queue::join`](super::Queue::join).
///
/// # Cancellation
///
/// Dropping it has no effect on the queue.
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct Join<'a, Q: AnyQueue> {
    queue: &'a Q,
    place: Option<Place>,
}

impl<'a, Q: AnyQueue> Join<'a, Q> {
    pub(super) fn new(queue: &'a Q) -> Self {
        Join { queue, place: None }
    }

    fn enter_line(&mut self, waker: &Waker) -> Poll<()> {
        let engine = self.queue.engine();
        if engine.unfinished() == 0 {
            return Poll::Ready(());
        }
        let waiter = LineWaiter::from(waker);
        let entered = engine.with(|state, _| match state.unfinished() {
            0 => Err(waiter),
            _ => Ok(state.joiners.push((), waiter)),
        });
        // A waker that is not kept is dropped here, outside of the lock.
        self.place = entered.ok();
        if self.place.is_some() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl<Q: AnyQueue> Future for Join<'_, Q> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let polled = match self.place {
            Some(place) => poll_place(
                self.queue.engine().lock(),
                |state| &mut state.joiners,
                place,
                cx.waker(),
                |_, _| (),
            ),
            None => self.enter_line(cx.waker()),
        };
        match polled {
            Poll::Ready(()) => self.place = None,
            Poll::Pending => say_waits(&*self, cx, self.queue, QueueWait::Done),
        }
        polled
    }
}

impl<Q: AnyQueue> Drop for Join<'_, Q> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            drop(self.queue.engine().with(|state, _| state.joiners.remove(place)));
        }
    }
}

opaque_debug!(['a, Q: AnyQueue] Join<'a, Q>);
