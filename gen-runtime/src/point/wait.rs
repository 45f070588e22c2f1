//! `Wait`: takes what a callback stored.

use std::fmt;
use std::marker::PhantomData;

use super::key::Key;
use super::runner::Runner;
use super::YieldPoint;
use crate::yieldable::join::not_awaited;
use crate::Result;

/// Waits until the [`Callback`](super::Callback) of a key was called, and takes the value, a `T`. The key may then be registered anew.
///
/// The type of the value is always written, as in `Wait::<u8>::new("key")`.
///
/// ```
/// use gen::{yield_, Callback, Wait};
///
/// #[gen::coroutine]
/// fn both() -> gen::Result<(u8, &'static str)> {
///     yield_!(Callback::<u8>::new(1))?.call(42);
///     yield_!(Callback::<&str>::new("two"))?.call("text");
///     Ok(yield_!((Wait::<u8>::new(1), Wait::<&str>::new("two")))?)
/// }
/// assert_eq!(gen::run_sync(both()).unwrap(), (42, "text"));
/// ```
///
/// # Errors
///
/// At the yield: [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call, [`KeyTypeError`](super::KeyTypeError) if it was
/// registered for another type, [`CallbackDroppedError`](super::CallbackDroppedError) if it can never be called.
///
/// What is yielded together is started in order: of `(Wait::new(k), Callback::new(k))` the wait fails, and `(Callback::new(k), Wait::new(k))` waits for ever, because the
/// callable is only given with the value.
///
/// # Cancellation
///
/// A wait that is dropped, or resumed with an error, loses nothing: the key stays pending, the value in its place. To give the key up, too, yield a
/// [`Forget`](super::Forget).
#[must_use = "nothing is waited for until it is yielded"]
pub struct Wait<T, Q = ()> {
    key: Q,
    value: PhantomData<fn() -> T>,
}

impl<T> Wait<T> {
    /// A wait for the `T` under `key`.
    pub fn new<Q: Key>(key: Q) -> Wait<T, Q> {
        Wait { key, value: PhantomData }
    }
}

/// A type as it was written: what a [`Wait`] of it gives, which is the type itself.
///
/// From what is done with the value of the yield rustc does not infer the type of the wait by it. For
/// `yield_!(Wait::new("k"))?;` it would infer `()`, since nothing is done with the value, and the wait
/// would fail when it is run.
#[doc(hidden)]
pub trait Written {
    type Type;
}

impl<T> Written for T {
    type Type = T;
}

not_awaited!([T, Q] Wait<T, Q>, AwaitsYieldPoints);

impl<T: Send + 'static, Q: Key> YieldPoint for Wait<T, Q> {
    /// A `T`. The type has to be written, as in `Wait::<u8>::new(key)`: it is not inferred from what is
    /// done with the value.
    type Output = <T as Written>::Type;

    fn start(&mut self, runner: &Runner) -> Result {
        runner.expect::<T>(&self.key)
    }

    fn is_ready(&mut self, runner: &Runner) -> Result<bool> {
        runner.is_ready(&self.key)
    }

    fn get_result(&mut self, runner: &Runner) -> Result<T> {
        runner.pop_result(&self.key)
    }
}

impl<T, Q: fmt::Debug> fmt::Debug for Wait<T, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wait").field(&self.key).finish()
    }
}
