//! The side of a promise that sets.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::errors::AlreadySetError;
use super::state::PromiseState;
use crate::error::{catch_panic, Throw};
use crate::executor::NoLoop;
use crate::io_loop::IoLoop;
use crate::yieldable::FutureOfResult;
use crate::{Error, Result};

/// Sets what a [`SharedFuture`](crate::SharedFuture) gives: made by [`promise`](crate::promise).
///
/// It is set once, with a value or an error; whoever sets it a second time gets an [`AlreadySetError`], and nothing changes. It may be set on any thread. The coroutines that wait are woken in the
/// order in which they began to wait, and never run inside of the call.
///
/// A failure that nobody ever looks at is logged (target `gen`, level `ERROR`) when the last future goes, or when it is set if there is none any more; so is that of a task, see
/// [`JoinHandle`](crate::JoinHandle).
///
/// # Cancellation
///
/// Dropped before it was set, it gives a [`BrokenPromiseError`](crate::BrokenPromiseError) to whoever waits.
#[must_use = "a promise that is dropped is broken: whoever waits gets an error"]
pub struct Promise<T> {
    shared: Arc<PromiseState<T>>,
}

impl<T> Promise<T> {
    pub(super) fn new(shared: Arc<PromiseState<T>>) -> Self {
        Promise { shared }
    }

    /// Sets the value.
    ///
    /// If there is no future any more the value is dropped.
    ///
    /// ```
    /// let (promise, future) = gen::promise();
    /// promise.set("first").unwrap();
    /// assert!(promise.set("second").is_err());
    /// assert_eq!(future.result().unwrap().unwrap(), "first");
    /// ```
    ///
    /// # Errors
    ///
    /// [`AlreadySetError`] if it was set before; this value is dropped.
    pub fn set(&self, value: T) -> Result<(), AlreadySetError> {
        self.shared.set(Ok(value))
    }

    /// Sets an error: whatever can be thrown into a coroutine.
    ///
    /// ```
    /// let (promise, future) = gen::promise::<u32>();
    /// promise.fail("out of paper").unwrap();
    /// assert_eq!(gen::run_sync(future).unwrap_err().to_string(), "out of paper");
    /// ```
    ///
    /// # Errors
    ///
    /// [`AlreadySetError`] if it was set before; this error is dropped, and not logged.
    pub fn fail<E: Throw<M>, M>(&self, error: E) -> Result<(), AlreadySetError> {
        self.shared.set(Err(error.throw()))
    }

    /// Sets the value or the error of a `Result`. (Tornado's method of this name takes a value: that is [`set`](Self::set).)
    ///
    /// ```
    /// let (promise, future) = gen::promise::<u8>();
    /// promise.set_result("7".parse::<u8>()).unwrap();
    /// assert_eq!(gen::run_sync(future).unwrap(), 7);
    /// ```
    ///
    /// # Errors
    ///
    /// [`AlreadySetError`] if it was set before; this result is dropped.
    pub fn set_result<E: Throw<M>, M>(&self, result: Result<T, E>) -> Result<(), AlreadySetError> {
        self.shared.set(result.map_err(Throw::throw))
    }

    /// Whether it was set.
    pub fn is_set(&self) -> bool {
        self.shared.is_set()
    }

    /// Starts a future on the loop that runs on this thread, and sets the promise to its result. (Tornado's `chain_future`.)
    ///
    /// The future is started at once, as by [`spawn_local`](crate::spawn_local), and goes on whether or not anyone waits. If it panics the promise fails with
    /// [`Panicked`](crate::Panicked); if its loop is dropped first the promise is broken; where no loop runs it fails with [`NoLoop`]. That the promise was set before is a mistake,
    /// which is logged at the future's end.
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<u32> {
    ///     let (promise, future) = gen::promise();
    ///     promise.follow(async {
    ///         gen::moment().await?;
    ///         Ok::<_, gen::Error>(42)
    ///     });
    ///     yield_!(future)
    /// }
    /// assert_eq!(gen::run_sync(body()).unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn follow<F, E, M>(self, future: F)
    where
        F: FutureOfResult<T, E>,
        F::IntoFuture: Future + 'static,
        E: Throw<M>,
        T: 'static,
        M: 'static,
    {
        let Some(io_loop) = IoLoop::current() else {
            // Set before or not: there is nobody else to tell.
            let _ = self.fail(NoLoop);
            return;
        };
        let future = future.into_future();
        drop(io_loop.spawn_local(async move {
            let result = catch_panic(future).await.and_then(|result| result.map_err(Throw::throw));
            self.shared.set(result).map_err(Error::from)
        }));
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.shared.break_promise();
    }
}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise").field("is_set", &self.is_set()).finish_non_exhaustive()
    }
}
