//! `SharedFuture`: the side of a promise that reads the result.

use std::any::type_name;
use std::fmt;
use std::future::{poll_fn, Future};
use std::mem::offset_of;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, Waker};

use super::state::{self, PromiseState};
use crate::error::CallbackOutput;
use crate::inject::answering::say_at;
use crate::inject::question::{Memory, WaitsFor};
use crate::task::{check_local, spawn_local};
use crate::waiter::{CoOwner, WaiterId};
use crate::{context, moment, report, Error, Result};

/// The future of the result of a [`Promise`](crate::Promise): made by
/// [`promise`](crate::promise()).
///
/// It may be cloned, and each clone may be polled any number of times. Each time it gives a clone
/// of the result, so the value is [`Clone`]. Put a value that is large or cannot be cloned into an
/// `Arc`. Clones of an error share its cause, and each has a trace of its own.
///
/// Clones of the value are made by one thread at a time, so it need not be [`Sync`]. Its `clone`
/// may read this future; it must not wait for another thread that reads it.
///
/// The result is dropped with the last clone of the future.
///
/// ```
/// let (promise, future) = gen::promise();
/// promise.set(7)?;
/// let again = future.clone();
/// let sum = gen::run_sync(async {
///     Ok::<_, gen::Error>(future.await? + again.await?)
/// });
/// assert_eq!(sum.unwrap(), 14);
/// # Ok::<(), gen::Error>(())
/// ```
///
/// # Errors
///
/// The error that the promise was set to; [`BrokenPromiseError`](crate::BrokenPromiseError) if the
/// promise was dropped before it was set.
///
/// # Cancellation
///
/// Dropping it has no effect on the promise and the other clones.
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct SharedFuture<T> {
    state: CoOwner<PromiseState<T>>,
    /// Its place among the futures that wait; `None` before it was pending.
    id: Option<WaiterId>,
}

impl<T> SharedFuture<T> {
    /// The first future of a new promise.
    pub(super) fn first(state: CoOwner<PromiseState<T>>) -> Self {
        SharedFuture { state, id: None }
    }

    /// Whether the result is there: waiting for it does not suspend then.
    pub fn is_done(&self) -> bool {
        self.state.is_set()
    }

    /// Returns a clone of the result, if it is there.
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
        self.state.read()
    }

    /// Runs `callback` with a clone of the result, in a task that stays on this thread: on a
    /// loop, in a later turn.
    ///
    /// Callbacks run in the order in which they were added, whether or not this future is dropped.
    /// (If another thread sets the promise, a callback that is added at that moment may run before
    /// the earlier ones.) A callback belongs to the [error context](crate::context) of this call:
    /// if it fails, the error is thrown into the coroutine that is running now. The other callbacks
    /// run in any case.
    ///
    /// Where no task can stay on this thread (see [`spawn_local`](crate::spawn_local)), the
    /// callback is dropped, and the mistake is logged. [`executors`](crate::executors) shows what
    /// to write there instead. Before a loop runs, use
    /// [`add_future`](crate::IoLoopHandle::add_future) of its handle.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<u32> {
    ///     let (promise, future) = gen::promise::<u32>();
    ///     let (doubled, answer) = gen::promise();
    ///     future.add_done_callback(move |result| {
    ///         doubled.set(result? * 2).map_err(gen::Error::from)
    ///     });
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
        if check_local().is_err() {
            report::error(format_args!(
                "`add_done_callback` was called where no task can stay on this thread: its callback is dropped"
            ));
            return;
        }
        let mut future = self.clone();
        // Captured here, because the callback does not belong to the task that waits.
        let context = context::capture();
        drop(spawn_local(async move {
            // Asked once, because another thread may set the promise at any time.
            let result = match poll_fn(|cx| Poll::Ready(Pin::new(&mut future).poll(cx))).await {
                Poll::Pending => future.await,
                Poll::Ready(result) => {
                    // Runs the callback in a later turn, and after those that are about to be
                    // woken.
                    moment().await?;
                    result
                }
            };
            context.run(|| callback(result).into_result());
            Ok::<(), Error>(())
        }));
    }
}

impl<T> Clone for SharedFuture<T> {
    fn clone(&self) -> Self {
        SharedFuture { state: self.state.clone(), id: None }
    }
}

impl<T: Clone> Future for SharedFuture<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let SharedFuture { state, id } = self.get_mut();
        state::poll(state, id, cx.waker(), answer)
    }
}

/// Answers a question, for the future that has this state. All futures of the promise name it by
/// the same number.
#[cold]
#[inline(never)]
fn answer<T>(state: &CoOwner<PromiseState<T>>, waker: &Waker) {
    let future = Memory::around::<SharedFuture<T>, _>(state, offset_of!(SharedFuture<T>, state));
    let promise = ptr::from_ref(&**state).addr();
    say_at(future, waker, 1, |_| WaitsFor::Promise { promise, value: type_name::<T>() });
}

/// Its waker goes with it.
impl<T> Drop for SharedFuture<T> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.state.forget(id);
        }
    }
}

impl<T> fmt::Debug for SharedFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedFuture").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
