//! `Promise`: the side of a promise that sets the result.

use std::fmt;
use std::future::Future;

use super::errors::AlreadySetError;
use super::state::PromiseState;
use crate::error::{catch_panic, Throw};
use crate::task::{check_local, spawn_local};
use crate::waiter::SoleOwner;
use crate::yieldable::FutureOfResult;
use crate::{Error, Result};

/// Sets the result of a [`SharedFuture`](crate::SharedFuture): made by
/// [`promise`](crate::promise()).
///
/// It is set once, with a value or an error, on any thread. Setting it again gives an
/// [`AlreadySetError`], and changes nothing. The coroutines that wait are woken in the order in
/// which they began to wait, and never run inside of the call.
///
/// A failure that is never read is logged (target `gen`, level `ERROR`) when the last future is
/// dropped, or when the promise is set if there is no future any more. The failure of a task is
/// logged in the same way, see [`JoinHandle`](crate::JoinHandle).
///
/// # Cancellation
///
/// If it is dropped before it was set, its futures give a
/// [`BrokenPromiseError`](crate::BrokenPromiseError).
#[must_use = "a promise that is dropped is broken: its futures give an error"]
pub struct Promise<T> {
    state: SoleOwner<PromiseState<T>>,
}

impl<T> Promise<T> {
    pub(super) fn new(state: SoleOwner<PromiseState<T>>) -> Self {
        Promise { state }
    }

    /// Sets the value.
    ///
    /// If there is no future any more, the value is dropped.
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
        self.state.set(Ok(value))
    }

    /// Sets an error, which may be anything that can be thrown into a coroutine.
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
        self.state.set(Err(error.throw()))
    }

    /// Sets the value or the error of a `Result`.
    ///
    /// (Tornado's method of this name takes a value: that is [`set`](Self::set).)
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
        self.state.set(result.map_err(Throw::throw))
    }

    /// Whether the promise was set.
    pub fn is_set(&self) -> bool {
        self.state.is_set()
    }

    /// Starts a future as a task that stays on this thread, and sets the promise to its result.
    ///
    /// This is Tornado's `chain_future`. The future is started at once, as by
    /// [`spawn_local`](crate::spawn_local), and goes on whether or not the result is waited for. If
    /// it panics, the promise fails with [`Panicked`](crate::Panicked). If its executor is dropped
    /// before, the promise is broken. If the promise was set before, the mistake is logged when the
    /// future has ended.
    ///
    /// Where no task can stay on this thread (see [`spawn_local`](crate::spawn_local)), the promise
    /// fails with [`NoHost`](crate::NoHost). [`executors`](crate::executors) shows what to write
    /// there instead.
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
        if let Err(no_host) = check_local() {
            // If it was set before, the error is dropped, because there is no task that could
            // report it.
            let _ = self.fail(no_host);
            return;
        }
        let future = future.into_future();
        drop(spawn_local(async move {
            let result = catch_panic(future).await.and_then(|result| result.map_err(Throw::throw));
            self.state.set(result).map_err(Error::from)
        }));
    }
}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise").field("is_set", &self.is_set()).finish_non_exhaustive()
    }
}
