//! The future that puts an item, and the place of a putter.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{ready, Context, Poll, Waker};

use super::answer::say_waits;
use super::engine::sealed::AnyQueue;
use super::engine::Engine;
use super::errors::QueueClosed;
use super::state::{Answer, Offer};
use super::store::Store;
use crate::inject::question::QueueWait;
use crate::opaque::opaque_debug;
use crate::waiter::{poll_place, LineWaiter, Place, Removed};
use crate::Result;

/// A future that offers an item, or waits for room.
#[derive(Debug)]
pub(super) enum Putter<T> {
    New(Offer<T>),
    InLine(Place),
    /// The offer is here if it was refused.
    Over(Option<Offer<T>>),
}

impl<T> Putter<T> {
    /// Is ready when there is room, or the queue is closed.
    #[inline]
    pub(super) fn poll<S>(&mut self, engine: &Engine<S>, waker: &Waker) -> Poll<Result<(), QueueClosed>>
    where
        S: Store<Item = T>,
    {
        // A panic of a waker leaves the place in line, where the drop finds it.
        if let Putter::InLine(place) = *self {
            let answer = poll_place(engine.lock(), |state| &mut state.putters, place, waker, |_, _| ());
            return answer.map(|answer| self.end(answer));
        }
        let offer = self.take_offer();
        let answer = match engine.with(|state, wakers| state.offer(offer, wakers)) {
            Ok(answer) => answer,
            Err(offer) => {
                // A clone of the waker that panics leaves the item here.
                *self = Putter::New(offer);
                let waiter = LineWaiter::from(waker);
                ready!(self.enter_line(engine, waiter))
            }
        };
        Poll::Ready(self.end(answer))
    }

    fn take_offer(&mut self) -> Offer<T> {
        match mem::replace(self, Putter::Over(None)) {
            Putter::New(offer) => offer,
            Putter::InLine(_) | Putter::Over(_) => panic!("a queue was polled after it gave its answer"),
        }
    }

    /// The result of a wait that is over.
    fn end(&mut self, answer: Answer<T>) -> Result<(), QueueClosed> {
        let (refused, result) = match answer {
            Answer::Accepted | Answer::Reserved => (None, Ok(())),
            Answer::Refused(offer) => (Some(offer), Err(QueueClosed)),
        };
        *self = Putter::Over(refused);
        result
    }

    #[cold]
    fn enter_line<S>(&mut self, engine: &Engine<S>, waiter: LineWaiter) -> Poll<Answer<T>>
    where
        S: Store<Item = T>,
    {
        let offer = self.take_offer();
        let answered = engine.with(|state, wakers| match state.offer(offer, wakers) {
            Ok(answer) => Err((answer, waiter)),
            Err(offer) => Ok(state.putters.push(offer, waiter)),
        });
        match answered {
            Ok(place) => {
                *self = Putter::InLine(place);
                Poll::Pending
            }
            // The waker that is not kept is dropped here, outside of the lock.
            Err((answer, _)) => Poll::Ready(answer),
        }
    }

    /// Leaves the line. Returns the offer if it was not accepted.
    #[inline]
    pub(super) fn leave<S: Store<Item = T>>(&mut self, engine: &Engine<S>) -> Option<Offer<T>> {
        match mem::replace(self, Putter::Over(None)) {
            Putter::New(offer) => Some(offer),
            Putter::Over(offer) => offer,
            Putter::InLine(place) => match engine.with(|state, wakers| state.forget_putter(place, wakers))? {
                Removed::Waiting(offer, _) | Removed::Granted(Answer::Refused(offer)) => Some(offer),
                Removed::Granted(Answer::Accepted | Answer::Reserved) => None,
            },
        }
    }
}

/// The future that puts an item: made by [`Queue::put`](super::Queue::put).
///
/// # Errors
///
/// [`QueueClosed`], if the queue is closed, or is closed during the wait.
/// [`into_item`](Self::into_item) gives the item back.
///
/// # Cancellation
///
/// If it is dropped, its item is dropped, unless the queue has it already.
/// [`into_item`](Self::into_item) says which of the two is the case.
///
/// # Panics
///
/// If it is polled after it was ready.
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct Put<'a, Q: AnyQueue> {
    queue: &'a Q,
    putter: Putter<Q::Item>,
}

impl<'a, Q: AnyQueue> Put<'a, Q> {
    #[inline]
    pub(super) fn new(queue: &'a Q, item: Q::Item) -> Self {
        Put { queue, putter: Putter::New(Offer::Item(item)) }
    }

    /// Gives up, and returns the item; `None` if the queue has it. Until then, or until it is
    /// dropped, the future is in line, also after a timeout around a `&mut` of it.
    ///
    /// ```
    /// use gen::queue::Queue;
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result {
    ///     let queue = Queue::bounded(1);
    ///     yield_!(queue.put("first"))?;
    ///     let mut put = queue.put("second");
    ///     let in_time = yield_!(gen::with_timeout(Duration::from_millis(1), &mut put));
    ///     assert!(in_time.is_err());
    ///     assert_eq!(put.into_item(), Some("second"));
    ///     Ok(())
    /// }
    /// gen::run_sync(body()).unwrap();
    /// ```
    #[must_use = "the item is dropped"]
    pub fn into_item(mut self) -> Option<Q::Item> {
        match self.putter.leave(self.queue.engine())? {
            Offer::Item(item) => Some(item),
            Offer::Room => None,
        }
    }
}

// The item is not pinned.
impl<Q: AnyQueue> Unpin for Put<'_, Q> {}

impl<Q: AnyQueue> Future for Put<'_, Q> {
    type Output = Result;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let Put { queue, putter } = &mut *self;
        let polled = putter.poll(queue.engine(), cx.waker());
        if polled.is_pending() {
            say_waits(&*self, cx, self.queue, QueueWait::Room);
        }
        polled.map_err(Into::into)
    }
}

impl<Q: AnyQueue> Drop for Put<'_, Q> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.putter, Putter::Over(None)) {
            drop(self.putter.leave(self.queue.engine()));
        }
    }
}

opaque_debug!(['a, Q: AnyQueue] Put<'a, Q>);
