//! `gen::from_callback`: the argument of a callback as a future.
//!
//! | state | the callback is called: `Resolve::call` | the closure fails: `fail` | a callback that the closure has scheduled fails | the last callback is dropped: `CallbackSender::drop` | polled: `poll` |
//! |---|---|---|---|---|---|
//! | empty: nothing has happened | done, with the value | done, with the error | failed | abandoned | pending; the waker is kept |
//! | abandoned: no callback is left | impossible | done, with the error | failed | impossible | pending, and polled again, twice; then `CallbackDroppedError`: over |
//! | failed: an error has come before the value | nothing | done, with the closure's error; the earlier one goes outward | the error goes to the outer [context](crate::context) | nothing | ready: over |
//! | done: there is a result | nothing | done, with the error | the error goes to the outer context | nothing | ready: over |
//! | over: the result was taken, or the future was dropped | nothing | impossible | the error goes to the outer context | nothing | panics |
//!
//! The closure runs in an error context of its own, the `CallbackContext`. This decides which event
//! is the first: `empty`, `abandoned` and `failed` are states of it. The closure fails before the
//! future is returned, so its error always becomes the result.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::errors::CallbackDroppedError;
use crate::error::CallbackOutput;
use crate::executor::{report_now, CallbackContext, Polled};
use crate::opaque::opaque_debug;
use crate::waiter::WaiterCell;
use crate::{Error, Result};

/// Calls a function that takes a callback, and returns the future of the callback's argument.
///
/// The closure is called at once. The first call of the callback wins, and later ones are ignored.
/// If the closure returns an error, the future fails with it, even if the callback was called
/// before.
///
/// The closure runs in an error [context](crate::context) of its own, inside of the current one. So
/// the future also fails if a callback or timer that the closure has scheduled fails before the
/// result has come. Errors that come after the result go to the outer context.
///
/// This is Tornado's `gen.Task`.
///
/// ```
/// use gen::yield_;
/// use std::thread;
///
/// #[gen::coroutine]
/// fn answer() -> gen::Result<u32> {
///     yield_!(gen::from_callback(|done| {
///         thread::spawn(move || done.call(42));
///     }))
/// }
/// assert_eq!(gen::run_sync(answer()).unwrap(), 42);
/// ```
///
/// # Errors
///
/// - the error of the closure;
/// - the error of a callback or timer that the closure has scheduled;
/// - [`CallbackDroppedError`] if all clones of the callback are dropped without a call. (Tornado
///   waits for ever.)
///
/// # Panics
///
/// If the closure panics.
///
/// # Cancellation
///
/// After the drop of the future the callback does nothing. A value that it is called with at that
/// moment is lost. If no value may be lost, keep the values in a queue of your own, and let the
/// callback only announce them.
#[doc(alias("task", "Task", "call_async"))]
pub fn from_callback<T, R, M>(call: impl FnOnce(Resolve<T>) -> R) -> CallbackFuture<T>
where
    R: CallbackOutput<M>,
{
    let state = Arc::new(CallbackState { result: WaiterCell::default(), context: CallbackContext::new() });
    let future = CallbackFuture { state: Arc::clone(&state) };
    let sender = Arc::new(CallbackSender { state: Arc::clone(&state) });
    let result = {
        let _entered = state.context.enter();
        call(Resolve { sender }).into_result()
    };
    if let Err(error) = result {
        state.fail(error);
    }
    future
}

/// The future of a callback's argument: made by [`from_callback`].
#[must_use = "the function was called, but its callback is not waited for"]
#[doc(alias = "Task")]
pub struct CallbackFuture<T> {
    state: Arc<CallbackState<T>>,
}

/// The callback of a [`from_callback`].
///
/// It may be cloned, sent to other threads and called from there. A call wakes the coroutine that
/// waits, which never runs inside of the call.
pub struct Resolve<T> {
    sender: Arc<CallbackSender<T>>,
}

/// Shared by all clones of a callback, and dropped with the last one.
struct CallbackSender<T> {
    state: Arc<CallbackState<T>>,
}

struct CallbackState<T> {
    /// `None` when the future is over.
    result: WaiterCell<Option<Result<T>>>,
    /// Open as long as the future has no result.
    context: CallbackContext,
}

impl<T> Resolve<T> {
    /// Completes the future with a value, unless it has a result already.
    pub fn call(&self, value: T) {
        if self.sender.state.context.end() {
            self.sender.state.set(Ok(value));
        }
    }
}

impl<T: Send + 'static> Resolve<T> {
    /// Turns it into a closure that completes the future with its argument, for functions that take
    /// a closure.
    ///
    /// If the closure is dropped without a call, the future fails, as for the callback itself.
    ///
    /// ```
    /// /// An API with a callback, on a thread of its own.
    /// fn read_sensor(done: impl FnOnce(u32) + Send + 'static) {
    ///     std::thread::spawn(move || done(21));
    /// }
    /// let degrees = gen::from_callback(|done| read_sensor(done.into_fn()));
    /// assert_eq!(gen::run_sync(degrees).unwrap(), 21);
    /// ```
    pub fn into_fn(self) -> impl Fn(T) + Clone + Send + Sync + 'static {
        move |value| self.call(value)
    }
}

impl<T> CallbackState<T> {
    /// Keeps the result for the next poll, unless the future is over.
    fn set(&self, result: Result<T>) {
        // A result that is given back is dropped here, outside of the lock.
        drop(self.result.put(Some(result)));
    }

    /// The closure has failed, before the future is returned. (Tornado raises that error from the
    /// call.)
    fn fail(&self, error: Error) {
        // An earlier error of a callback goes outward, and an earlier value is dropped.
        self.context.close();
        drop(self.result.replace(Some(Err(error))));
    }

    fn end(&self) {
        drop(self.result.replace(None));
    }
}

impl<T> Future for CallbackFuture<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let failed = match self.state.context.poll(cx.waker()) {
            Polled::Nothing => None,
            Polled::Failed(error) => Some(error),
            Polled::Abandoned => Some(CallbackDroppedError::without_key().into()),
        };
        if let Some(error) = failed {
            self.state.end();
            return Poll::Ready(Err(error));
        }
        match self.state.result.poll(cx.waker(), Option::take) {
            Poll::Pending => {
                report_now();
                Poll::Pending
            }
            Poll::Ready(Some(result)) => Poll::Ready(result),
            // As with any future, polling it after it was ready is a mistake of the caller.
            Poll::Ready(None) => panic!("a `CallbackFuture` was polled after it was ready"),
        }
    }
}

impl<T> Drop for CallbackFuture<T> {
    fn drop(&mut self) {
        self.state.end();
        self.state.context.close();
    }
}

impl<T> Drop for CallbackSender<T> {
    fn drop(&mut self) {
        self.state.context.abandon();
    }
}

impl<T> Clone for Resolve<T> {
    fn clone(&self) -> Self {
        Resolve { sender: Arc::clone(&self.sender) }
    }
}

opaque_debug!([T] CallbackFuture<T>);

opaque_debug!([T] Resolve<T>);
