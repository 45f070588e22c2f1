//! `gen::from_callback`: the argument of a callback as a future.
//!
//! | state | the callback is called: `Resolve::call` | the closure fails: `fail` | a callback that the closure has scheduled fails | the last callback is dropped: `co_owners_gone` | polled: `poll` |
//! |---|---|---|---|---|---|
//! | empty: nothing has happened | done, with the value | done, with the error | failed | abandoned | pending; the waker is kept |
//! | abandoned: no callback is left | impossible | done, with the error | failed | impossible | pending, and polled again, twice; then `CallbackDroppedError`: over |
//! | failed: an error has come before the value | nothing | done, with the closure's error; the earlier one goes outward | the error goes to the outer [context](crate::context) | nothing | ready: over |
//! | done: there is a result | nothing | done, with the error | the error goes to the outer context | nothing | ready: over |
//! | over: the result was taken, or the future was dropped | nothing | impossible | the error goes to the outer context | nothing | panics |
//!
//! The closure runs in an error context of its own. A [`CallbackCall`] decides which event is the
//! first, and makes that context if something needs it: `abandoned` and `failed` are states of the
//! context. The closure fails before the future is returned, so its error always becomes the
//! result.
//!
//! The future and the callbacks own one block, which holds the call and the result.
//!
//! # Safety
//!
//! The result belongs to the future, of which there is one. No callback uses it when the call is
//! done:
//!
//! 1. Until the call is done, only [`CallbackCall::complete`] has the result written: once, under
//!    its lock, in the step that makes the call done.
//! 2. When the call is done, only the future uses the result. Its poll and `fail` borrow the future
//!    mutably, and in its drop nothing else has it. So these uses are never at the same time.

use std::any::type_name;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::errors::CallbackDroppedError;
use crate::error::CallbackOutput;
use crate::executor::{report_before_wait, CallbackCall, Polled};
use crate::inject::answering::say;
use crate::inject::fixed_order::{self, RefusedKind};
use crate::inject::in_flight::any_in_flight;
use crate::inject::question::WaitsFor;
use crate::opaque::opaque_debug;
use crate::shims::UnsafeCell;
use crate::waiter::{two_sides, CoOwner, SoleOwner, TwoSided};
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
#[track_caller]
#[doc(alias("task", "Task", "call_async"))]
pub fn from_callback<T, R, M>(call: impl FnOnce(Resolve<T>) -> R) -> CallbackFuture<T>
where
    R: CallbackOutput<M>,
{
    let (state, callback) = two_sides(CallbackState::new());
    let mut future = CallbackFuture { state };
    if fixed_order::refuses_call(RefusedKind::MadeCallback) {
        return future;
    }
    let result = future.state.call.within(|| call(Resolve { state: callback }).into_result());
    if let Err(error) = result {
        future.fail(error);
    }
    future
}

/// The future of a callback's argument: made by [`from_callback`].
#[must_use = "the function was called, but its callback is not waited for"]
#[doc(alias = "Task")]
pub struct CallbackFuture<T> {
    state: SoleOwner<CallbackState<T>>,
}

/// The callback of a [`from_callback`].
///
/// It may be cloned, sent to other threads and called from there. A call wakes the coroutine that
/// waits, which never runs inside of the call.
pub struct Resolve<T> {
    state: CoOwner<CallbackState<T>>,
}

struct CallbackState<T> {
    call: CallbackCall,
    /// `None` before the call is done, and when the future is over.
    result: UnsafeCell<Option<Result<T>>>,
}

// SAFETY: a result goes from the thread of the callback to that of the future, and two threads
// never have it at once (1, 2). So `T: Sync` is not needed.
unsafe impl<T: Send> Sync for CallbackState<T> {}

impl<T> Resolve<T> {
    /// Completes the future with a value, unless it has a result already.
    pub fn call(&self, value: T) {
        let mut result = Some(Ok(value));
        let CallbackState { call, result: place } = &*self.state;
        call.complete(|| {
            // SAFETY: `complete` calls this under its lock, and makes the call done (1). There is
            // no result yet, so nothing is dropped.
            place.with_mut(|place| unsafe { *place = result.take() });
        });
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
    fn new() -> Self {
        CallbackState { call: CallbackCall::new(), result: UnsafeCell::new(None) }
    }
}

impl<T> CallbackFuture<T> {
    /// The closure has failed, before the future is returned. (Tornado raises that error from the
    /// call.)
    #[cold]
    fn fail(&mut self, error: Error) {
        // An earlier error of a callback goes outward, and an earlier value is dropped.
        self.state.call.close();
        drop(self.replace_result(Some(Err(error))));
    }

    /// Called when the call is done.
    fn replace_result(&mut self, next: Option<Result<T>>) -> Option<Result<T>> {
        // SAFETY: the call is done, and the future is borrowed mutably (2).
        self.state.result.with_mut(|result| unsafe { std::mem::replace(&mut *result, next) })
    }
}

impl<T> Future for CallbackFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        match self.state.call.poll(cx.waker()) {
            Polled::Done => {
                let result = self.replace_result(None);
                // As with any future, polling it after it was ready is a mistake of the caller.
                Poll::Ready(result.expect("a `CallbackFuture` was polled after it was ready"))
            }
            Polled::Failed(error) => Poll::Ready(Err(error)),
            Polled::Abandoned => Poll::Ready(Err(CallbackDroppedError::without_key().into())),
            Polled::Nothing { before } => {
                report_before_wait(cx.waker(), before);
                if any_in_flight() {
                    self.say(cx.waker());
                }
                Poll::Pending
            }
        }
    }
}

impl<T> CallbackFuture<T> {
    /// Answers a question.
    #[cold]
    #[inline(never)]
    fn say(&self, waker: &Waker) {
        let wakers = self.state.call.wakers();
        say(self, waker, wakers, |_| WaitsFor::Callback { value: type_name::<T>() });
    }
}

impl<T> TwoSided for CallbackState<T> {
    /// The future is dropped.
    unsafe fn sole_owner_gone(&self) {
        self.call.close();
        // SAFETY: the call is done, and by the caller's promise this is the drop of the future (2).
        drop(self.result.with_mut(|result| unsafe { (*result).take() }));
    }

    /// The last callback is dropped.
    unsafe fn co_owners_gone(&self) {
        self.call.abandon();
    }
}

impl<T> Clone for Resolve<T> {
    fn clone(&self) -> Self {
        Resolve { state: self.state.clone() }
    }
}

opaque_debug!([T] CallbackFuture<T>);

opaque_debug!([T] Resolve<T>);
