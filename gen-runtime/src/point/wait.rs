//! `Wait`: takes the value that a callback has stored.

use std::fmt;
use std::marker::PhantomData;

use super::key::Key;
use super::runner::Runner;
use super::YieldPoint;
use crate::yieldable::join::not_awaited;
use crate::Result;

/// Waits until the [`Callback`](super::Callback) of a key was called, and takes the value, a `T`.
///
/// The key may be registered again afterwards. The type of the value is always written, as in
/// `Wait::<u8>::new("key")`.
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
/// At the yield:
///
/// - [`UnknownKeyError`](super::UnknownKeyError) if the key is not pending in this call;
/// - [`KeyTypeError`](super::KeyTypeError) if the key was registered for another type;
/// - [`CallbackDroppedError`](super::CallbackDroppedError) if no callable is left.
///
/// Points that are yielded together are started in order. So the wait of `(Wait::new(k),
/// Callback::new(k))` fails. And `(Callback::new(k), Wait::new(k))` waits for ever, because the
/// yield gives the callable together with the value.
///
/// # Cancellation
///
/// A wait that is dropped, or resumed with an error, loses nothing: the key stays pending, and its
/// value stored. To give up the key, too, yield a [`Forget`](super::Forget).
#[must_use = "nothing is waited for until it is yielded"]
pub struct Wait<T, Q = ()> {
    key: Q,
    /// The number of the key's registration, found by the start.
    number: Option<u64>,
    value: PhantomData<fn() -> T>,
}

impl<T> Wait<T> {
    /// Makes a wait for the `T` under `key`.
    pub fn new<Q: Key>(key: Q) -> Wait<T, Q> {
        Wait { key, number: None, value: PhantomData }
    }
}

/// The type itself: the output of a [`Wait`] for it.
///
/// Through this trait rustc does not infer the type of a wait from the use of the yield's value. In
/// `yield_!(Wait::new("k"))?;`, where the value is not used, it would infer `()`, and the wait
/// would fail at run time.
#[doc(hidden)]
pub trait Written {
    type Type;
}

impl<T> Written for T {
    type Type = T;
}

not_awaited!([T, Q] Wait<T, Q>, AwaitsYieldPoints);

impl<T: Send + 'static, Q: Key> YieldPoint for Wait<T, Q> {
    /// A `T`, which is not inferred from the use of the value: write `Wait::<u8>::new(key)`.
    type Output = <T as Written>::Type;

    fn start(&mut self, runner: &Runner) -> Result {
        self.number = Some(runner.resolve::<T>(&self.key)?);
        Ok(())
    }

    fn is_ready(&mut self, runner: &Runner) -> Result<bool> {
        runner.is_resolved_ready(self.number, &self.key)
    }

    fn get_result(&mut self, runner: &Runner) -> Result<T> {
        runner.pop_result(&self.key)
    }

    #[inline]
    fn try_result(&mut self, runner: &Runner) -> Result<Option<T>> {
        runner.try_pop_resolved(self.number, &self.key)
    }
}

impl<T, Q: fmt::Debug> fmt::Debug for Wait<T, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wait").field(&self.key).finish()
    }
}
