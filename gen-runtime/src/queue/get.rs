//! The futures of an item, and the stream of all items.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll, Waker};

use futures_core::Stream;

use super::answer::say_waits;
use super::engine::sealed::AnyQueue;
use super::engine::Engine;
use super::errors::QueueClosed;
use super::state::{Given, State, Taken};
use super::store::Store;
use crate::inject::question::QueueWait;
use crate::opaque::opaque_debug;
use crate::waiter::{poll_place, LineWaiter, Place};
use crate::Result;

/// A future that gets an item, in line or not.
#[derive(Debug, Default)]
struct Getter(Option<Place>);

impl Getter {
    /// Gives `None` if the queue is closed and drained. It may be polled again afterwards.
    #[inline]
    fn poll<S: Store>(&mut self, engine: &Engine<S>, waker: &Waker) -> Poll<Option<S::Item>> {
        let given = match self.0 {
            Some(place) => self.poll_in_line(engine, place, waker),
            None => match engine.take() {
                Taken::Given(given) => Poll::Ready(given),
                Taken::Nothing => self.enter_line(engine, LineWaiter::from(waker)),
            },
        };
        given.map(|given| given.map(|entry| entry.item))
    }

    fn poll_in_line<S: Store>(
        &mut self,
        engine: &Engine<S>,
        place: Place,
        waker: &Waker,
    ) -> Poll<Given<S::Item>> {
        let given = ready!(poll_place(engine.lock(), |state| &mut state.getters, place, waker, State::taken));
        self.0 = None;
        if given.is_some() && engine.is_closed() {
            // The other getters may have waited for this item to come back.
            engine.with(|state, wakers| state.end_if_drained(wakers));
        }
        Poll::Ready(given)
    }

    #[cold]
    fn enter_line<S: Store>(&mut self, engine: &Engine<S>, waiter: LineWaiter) -> Poll<Given<S::Item>> {
        let taken = engine.with(|state, wakers| match state.take(wakers) {
            Taken::Given(given) => Err((given, waiter)),
            Taken::Nothing => Ok(state.getters.push((), waiter)),
        });
        match taken {
            Ok(place) => {
                self.0 = Some(place);
                Poll::Pending
            }
            // The waker that is not kept is dropped here, outside of the lock.
            Err((given, _)) => Poll::Ready(given),
        }
    }

    #[inline]
    fn leave<S: Store>(&self, engine: &Engine<S>) {
        if let Some(place) = self.0 {
            drop(engine.with(|state, wakers| state.forget_getter(place, wakers)));
        }
    }
}

/// Implements what `Get` and `Next` have in common.
macro_rules! get {
    ($(#[$doc:meta])* $name:ident, $output:ty, $convert:expr) => {
        $(#[$doc])*
        #[must_use = "futures do nothing unless yielded or awaited"]
        pub struct $name<'a, Q: AnyQueue> {
            /// `None` when it is over.
            queue: Option<&'a Q>,
            getter: Getter,
        }

        impl<'a, Q: AnyQueue> $name<'a, Q> {
            #[inline]
            pub(super) fn new(queue: &'a Q) -> Self {
                $name { queue: Some(queue), getter: Getter::default() }
            }
        }

        impl<Q: AnyQueue> Future for $name<'_, Q> {
            type Output = $output;

            #[inline]
            fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<$output> {
                let this = &mut *self;
                let Some(queue) = this.queue else { panic!("a queue was polled after it gave its answer") };
                match this.getter.poll(queue.engine(), cx.waker()) {
                    Poll::Ready(item) => {
                        this.queue = None;
                        Poll::Ready($convert(item))
                    }
                    Poll::Pending => {
                        say_waits(&*self, cx, queue, QueueWait::Item);
                        Poll::Pending
                    }
                }
            }
        }

        impl<Q: AnyQueue> Drop for $name<'_, Q> {
            #[inline]
            fn drop(&mut self) {
                self.queue.iter().for_each(|queue| self.getter.leave(queue.engine()));
            }
        }

        opaque_debug!(['a, Q: AnyQueue] $name<'a, Q>);
    };
}

get! {
    /// The future of an item: made by [`Queue::get`](super::Queue::get).
    ///
    /// # Errors
    ///
    /// [`QueueClosed`], if the queue is closed, and all items were taken.
    ///
    /// # Cancellation
    ///
    /// If it is dropped, no item is lost. One that was handed over goes back to its place in the
    /// queue, or to the next task in line.
    ///
    /// # Panics
    ///
    /// If it is polled after it was ready.
    Get, Result<Q::Item>, |item: Option<Q::Item>| item.ok_or_else(|| QueueClosed.into())
}

get! {
    /// The future of an item, or of `None` at the end: made by [`Queue::next`](super::Queue::next).
    ///
    /// # Cancellation
    ///
    /// As of [`Get`].
    ///
    /// # Panics
    ///
    /// If it is polled after it was ready.
    Next, Option<Q::Item>, |item| item
}

/// The items of a queue as a stream, until it is closed and drained: made by
/// [`Queue::stream`](super::Queue::stream).
///
/// It owns the queue. Each item goes to one stream or future, whichever is first in line.
///
/// # Cancellation
///
/// If it is dropped, no item is lost, as for [`Get`].
#[must_use = "streams do nothing unless polled"]
pub struct Items<Q: AnyQueue> {
    queue: Q,
    getter: Getter,
}

impl<Q: AnyQueue> Items<Q> {
    pub(super) fn new(queue: Q) -> Self {
        Items { queue, getter: Getter::default() }
    }
}

// The queue is not pinned.
impl<Q: AnyQueue> Unpin for Items<Q> {}

impl<Q: AnyQueue> Stream for Items<Q> {
    type Item = Q::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Q::Item>> {
        let Items { queue, getter } = &mut *self;
        let polled = getter.poll(queue.engine(), cx.waker());
        if polled.is_pending() {
            say_waits(&*self, cx, &self.queue, QueueWait::Item);
        }
        polled
    }
}

impl<Q: AnyQueue> Drop for Items<Q> {
    fn drop(&mut self) {
        self.getter.leave(self.queue.engine());
    }
}

opaque_debug!([Q: AnyQueue] Items<Q>);
