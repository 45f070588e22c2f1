//! `gen::from_callback`: a function that takes a callback, as a future.
//!
//! | state | the callback is called | the closure fails | a callback that the closure scheduled fails | the last callback is dropped | polled |
//! |---|---|---|---|---|---|
//! | empty | done with the value | done with the error | failed | abandoned | pending; it will be woken |
//! | abandoned | (cannot be) | done with the error | failed | (cannot be) | doubted, and woken; at last ready with `CallbackDroppedError`: over |
//! | failed | nothing | done with the error; the former one goes outward | the error goes to the outer [context](crate::context) | nothing | ready: over |
//! | done | nothing | done with the error | the error goes to the outer context | nothing | ready: over |
//! | over | nothing | (cannot be) | the error goes to the outer context | nothing | panics |
//!
//! The closure runs in an error context of its own, the `CallbackContext`, which decides which end is the first: `empty`, `abandoned` and `failed` are stages of it.
//! The closure fails before anybody has the task, so its error is always the one that the yield gets.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::errors::CallbackDroppedError;
use crate::error::CallbackOutput;
use crate::executor::{tell_now, CallbackContext, Polled};
use crate::waiter::WaiterCell;
use crate::{Error, Result};

/// Calls a function that takes a callback, at once, and gives the future of what the callback is called with.
///
/// The first call of the callback wins; later ones are ignored. The closure may fail: then the future fails, also if the callback was called before. What
/// else it returns is ignored. So does the future fail if a callback or timer fails that the closure scheduled, and the callback was not called before: the
/// closure has an error [context](crate::context) of its own, in the present one. What fails after the end goes to that one.
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
/// The closure's own, and that of what it scheduled; [`CallbackDroppedError`] if all clones of the callback are dropped without a call. (Tornado waits for ever.)
///
/// # Panics
///
/// As the closure does.
///
/// # Cancellation
///
/// When the future is dropped the callback does nothing any more, and a value that it is called with just then is lost. Where none may be lost, keep the values in a queue of
/// your own, and let the callback only say that there is something in it.
#[doc(alias("task", "Task", "call_async"))]
pub fn from_callback<T, R, M>(call: impl FnOnce(Resolve<T>) -> R) -> CallbackFuture<T>
where
    R: CallbackOutput<M>,
{
    let shared = Arc::new(CallbackState { result: WaiterCell::default(), catch: CallbackContext::new() });
    let task = CallbackFuture { shared: Arc::clone(&shared) };
    let sender = Arc::new(Sender { shared: Arc::clone(&shared) });
    let result = {
        let _entered = shared.catch.enter();
        call(Resolve { sender }).into_result()
    };
    if let Err(error) = result {
        shared.fail(error);
    }
    task
}

/// The future of a callback's argument: made by [`from_callback`].
#[must_use = "the function was called, but nobody waits for its callback"]
#[doc(alias = "Task")]
pub struct CallbackFuture<T> {
    shared: Arc<CallbackState<T>>,
}

/// The callback of a [`from_callback`]: it may be cloned, sent to other threads and called from there.
///
/// The coroutine that waits is woken, and never runs inside the call.
pub struct Resolve<T> {
    sender: Arc<Sender<T>>,
}

/// What all clones of a callback share: the last one drops it.
struct Sender<T> {
    shared: Arc<CallbackState<T>>,
}

struct CallbackState<T> {
    /// `None` when the task is over.
    result: WaiterCell<Option<Result<T>>>,
    /// Open as long as the task has no end.
    catch: CallbackContext,
}

impl<T> Resolve<T> {
    /// Ends the task with a value, unless it has ended before.
    pub fn call(&self, value: T) {
        if self.sender.shared.catch.end() {
            self.sender.shared.set(Ok(value));
        }
    }
}

impl<T: Send + 'static> Resolve<T> {
    /// Makes a closure of it that ends the task with its argument, for functions that take a closure.
    ///
    /// If that is dropped and was never called, the task fails, as it does for the callback itself.
    ///
    /// ```
    /// /// An API with a callback, on a thread of its own.
    /// fn read_sensor(done: impl FnOnce(u32) + Send + 'static) {
    ///     std::thread::spawn(move || done(21));
    /// }
    /// assert_eq!(gen::run_sync(gen::from_callback(|done| read_sensor(done.into_fn()))).unwrap(), 21);
    /// ```
    pub fn into_fn(self) -> impl Fn(T) + Clone + Send + Sync + 'static {
        move |value| self.call(value)
    }
}

impl<T> CallbackState<T> {
    /// Keeps the result for the next poll, unless nobody waits.
    fn set(&self, result: Result<T>) {
        // A result that is given back is dropped here, outside of the lock.
        drop(self.result.put(Some(result)));
    }

    /// The closure has failed, and nobody has the task yet. (Tornado raises that error from the call.)
    fn fail(&self, error: Error) {
        // An error of a callback's that came before goes outward, and a value is dropped.
        self.catch.close();
        drop(self.result.replace(Some(Err(error))));
    }

    fn end(&self) {
        drop(self.result.replace(None));
    }
}

impl<T> Future for CallbackFuture<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let failed = match self.shared.catch.poll(cx.waker()) {
            Polled::Nothing => None,
            Polled::Failed(error) => Some(error),
            Polled::Abandoned => Some(CallbackDroppedError::of_task().into()),
        };
        if let Some(error) = failed {
            self.shared.end();
            return Poll::Ready(Err(error));
        }
        match self.shared.result.poll(cx.waker(), Option::take) {
            Poll::Pending => {
                tell_now();
                Poll::Pending
            }
            Poll::Ready(Some(result)) => Poll::Ready(result),
            // As of any future: to poll it again after it was ready is a mistake of the caller.
            Poll::Ready(None) => panic!("a task was polled after it was ready"),
        }
    }
}

impl<T> Drop for CallbackFuture<T> {
    fn drop(&mut self) {
        self.shared.end();
        self.shared.catch.close();
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.catch.abandon();
    }
}

impl<T> Clone for Resolve<T> {
    fn clone(&self) -> Self {
        Resolve { sender: Arc::clone(&self.sender) }
    }
}

impl<T> fmt::Debug for CallbackFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackFuture").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Resolve<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolve").finish_non_exhaustive()
    }
}
