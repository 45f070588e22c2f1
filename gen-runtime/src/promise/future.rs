//! The side of a promise that reads.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::state::PromiseState;
use super::waiters::ReaderId;
use crate::error::CallbackOutput;
use crate::io_loop::IoLoop;
use crate::{context, moment, report, Error, Result};

/// The future of what a [`Promise`](crate::Promise) is set to: made by [`promise`](crate::promise).
///
/// It may be cloned, and each clone may be polled again and again: each time it gives a clone of the result, so the value is [`Clone`]. Put what is large, or cannot be cloned, into an `Arc`. The
/// errors of all share what failed, and each has a trace of its own.
///
/// Clones of the value are made by one thread at a time, so it need not be [`Sync`]. Its `clone` may
/// read this very future; it must not wait for another thread that reads it.
///
/// The result is dropped with the last clone.
///
/// ```
/// let (promise, future) = gen::promise();
/// promise.set(7)?;
/// let again = future.clone();
/// let sum = gen::run_sync(async { Ok::<_, gen::Error>(future.await? + again.await?) });
/// assert_eq!(sum.unwrap(), 14);
/// # Ok::<(), gen::Error>(())
/// ```
///
/// # Errors
///
/// What the promise failed with; [`BrokenPromiseError`](crate::BrokenPromiseError) if it was dropped before it was set.
///
/// # Cancellation
///
/// Dropping it leaves the promise and the other clones as they are.
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct SharedFuture<T> {
    shared: Arc<PromiseState<T>>,
    /// Where it stands among those that wait; none before it was pending.
    place: Option<ReaderId>,
}

impl<T> SharedFuture<T> {
    /// The one that a new promise counts already.
    pub(super) fn first(shared: Arc<PromiseState<T>>) -> Self {
        SharedFuture { shared, place: None }
    }

    /// Whether the result is there: then waiting for it does not suspend.
    pub fn is_done(&self) -> bool {
        self.shared.is_set()
    }

    /// A clone of the result, if it is there.
    ///
    /// ```
    /// let (promise, future) = gen::promise();
    /// assert!(future.result().is_none());
    /// promise.set(7).unwrap();
    /// assert_eq!(future.result().unwrap().unwrap(), 7);
    /// ```
    pub fn result(&self) -> Option<Result<T>>
    where
        T: Clone,
    {
        self.shared.read()
    }

    /// Runs `callback` with a clone of the result, on the loop that runs on this thread, always in a later turn.
    ///
    /// Callbacks run in the order in which they were added, and whether or not this future lives on. (If another thread sets the promise, one that is added at that very moment may run before those
    /// that were there.) A callback belongs to the [error context](crate::context) of this call: if it fails, that is thrown into the coroutine that is running now, and the
    /// other callbacks run all the same.
    ///
    /// Where no loop runs the callback is dropped, and the mistake is logged; before a loop runs, use [`add_future`](crate::IoLoopHandle::add_future) of its handle.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<u32> {
    ///     let (promise, future) = gen::promise::<u32>();
    ///     let (seen, answer) = gen::promise();
    ///     future.add_done_callback(move |result| seen.set(result? * 2).map_err(gen::Error::from));
    ///     promise.set(21)?;
    ///     yield_!(answer)
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn add_done_callback<F, R, M>(&self, callback: F)
    where
        T: Clone + 'static,
        F: FnOnce(Result<T>) -> R + 'static,
        R: CallbackOutput<M>,
    {
        let Some(io_loop) = IoLoop::current() else {
            report::error(format_args!(
                "`add_done_callback` was called where no loop runs: it is never called back"
            ));
            return;
        };
        let future = self.clone();
        // Bound here: the task that waits is not what the callback belongs to.
        let context = context::capture();
        drop(io_loop.spawn_local(async move {
            if future.is_done() {
                // Not inside of this call, and behind those that are to be woken.
                moment().await?;
            }
            let result = future.await;
            context.run(|| callback(result).into_result());
            Ok::<(), Error>(())
        }));
    }
}

impl<T> Clone for SharedFuture<T> {
    fn clone(&self) -> Self {
        self.shared.add_reader();
        SharedFuture { shared: Arc::clone(&self.shared), place: None }
    }
}

// The value is never pinned: it lies in what all clones share.
impl<T> Unpin for SharedFuture<T> {}

impl<T: Clone> Future for SharedFuture<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let SharedFuture { shared, place } = self.get_mut();
        shared.poll(place, cx.waker())
    }
}

impl<T> Drop for SharedFuture<T> {
    fn drop(&mut self) {
        self.shared.remove_reader(self.place);
    }
}

impl<T> fmt::Debug for SharedFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedFuture").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
