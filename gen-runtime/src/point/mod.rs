//! Callback APIs made linear: yield points, and the keys under which callbacks store their values.
//!
//! # How it works
//!
//! A coroutine that yields a [`YieldPoint`] has a *registry*, which belongs to one call of it and
//! holds the keys that are registered in that call. Yielding a [`Callback`] registers a key and
//! gives a [`Callable`]. Calling the callable stores a value under the key, and wakes the coroutine
//! if it waits for that. Yielding a [`Wait`] takes the value out, and the key with it.
//!
//! | file | what it holds |
//! |---|---|
//! | `kind.rs` | the registry of a call that yields points: where it comes from, and how it ends |
//! | `registry.rs` | the keys of one call |
//! | `table.rs` | the registrations of a call, by the hash of their key: a few in a list, many in a map |
//! | `key.rs` | keys of any type in one table |
//! | `key_hash.rs` | the hashes of keys |
//! | `registration.rs` | one key: its state, and the points that wait for it |
//! | `value.rs` | the place of its value |
//! | `any_value_waiters.rs` | the points that wait for any value at all; made with the first of them |
//! | `runner.rs` | [`Runner`]: the coroutine call, as a point sees it |
//! | `handle.rs` | an owner of the registry, which a point leaves to the next one |
//! | `pending.rs` | the future of a yielded point |
//! | `callback.rs`, `wait.rs`, `wait_all.rs`, `forget.rs` | the points that use keys |
//! | `from_callback.rs` | [`from_callback()`]: waits for the argument of a callback, without a key |
//! | `errors.rs` | the errors of keys |
//! | `named.rs` | the keys that an error names, printed when the error is read |
//! | `models.rs`, `models_of_from_callback.rs` | loom models: a call of a callable against a wait, a drop, or the end of the call |
//! | `models_of_values.rs` | loom models: a value that is taken against calls, clones and drops of callables |
//!
//! ## States and events of a registration
//!
//! | state | a callable is called: `store` | the last callable is dropped: `shrink` | a point asks for its value: `is_ready`, `wait` | the value is taken: `take` | it is given up, or the call ends: `give_up`, `end` |
//! |---|---|---|---|---|---|
//! | empty: no value has come | stored | abandoned, when [the drop is reported](crate::context) | not ready; the waker of the point is kept | an error | closed; a leak, unless it is settled |
//! | stored: there is a value | the new value replaces the old one | stored | ready | closed | closed; a leak |
//! | abandoned: no callable is left, and no value has come | impossible; a new callable makes it empty (`grow`) | | not ready, and asked again, twice; then an error, and closed | an error | closed; a leak, unless it is settled |
//! | closed: not in the registry | nothing | nothing | the key is unknown | the key is unknown | closed |
//!
//! The key of a closed registration may be registered again: callables of the old registration do
//! not touch the new one.
//!
//! A registration without callables is *settled* when the reason is known why its value will not
//! come: the callback that owned the last callable has failed, and its error is reported; or a
//! point has waited for the value since the last callable was dropped, and was resumed with another
//! error. A settled key is no leak, and may be registered again. A wait for it fails with
//! [`CallbackDroppedError`].
//!
//! ## Points of one yield
//!
//! The children of a list, map or tuple are started in their order, each by its first poll. So the
//! wait of `(Wait(k), Callback(k))` fails, because the key is unknown. And `(Callback(k), Wait(k))`
//! waits for ever, because the callable is given together with the value.
//!
//! ## Who owns what
//!
//! - The *registry* is owned by the call, and shared with the frame and with the points that are
//!   pending. Callables do not hold it. It has a lock, and not the call: a point, or a clone of its
//!   runner, may be on another thread than the call, so no access to it knows that it is alone.
//! - A *registration* is one block. Its owners are the registry, its callables, the point that has
//!   found it, and errors that name it. The end of the call closes all registrations, so a callable
//!   that is kept keeps only a closed cell alive.
//! - A *value* is in its registration until it is taken or replaced, or the registration is closed.
//!   It is dropped outside of the locks. A point that takes it, and finds that it is the only owner
//!   left, needs no lock.
//! - A *waker* is in the registration that its point has asked about. If the point has asked about
//!   none, the waker is in the `AnyValueWaiters`, which every stored value wakes. The future of the
//!   point takes the waker out when it is ready or dropped.
//! - No code of a user runs under a lock or inside of a borrow: not the `Hash`, `Eq`, `Debug` and
//!   drop of keys, not the drop of values, and nothing of wakers. Keys are printed when the error
//!   that names them is read, and a panic in that is caught.

mod any_value_waiters;
mod callback;
mod errors;
mod forget;
mod from_callback;
mod handle;
mod key;
mod key_hash;
mod kind;
#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, loom))]
mod models_of_from_callback;
#[cfg(all(test, loom))]
mod models_of_values;
mod named;
mod pending;
mod registration;
mod registry;
mod runner;
mod table;
mod value;
mod wait;
mod wait_all;

pub use self::callback::{Callable, Callback};
pub use self::errors::{
    CallbackDroppedError, KeyReuseError, KeyTypeError, LeakedCallbackError, UnknownKeyError,
};
pub use self::forget::Forget;
pub use self::from_callback::{from_callback, CallbackFuture, Resolve};
pub use self::key::Key;
pub use self::kind::Point;
pub use self::named::LeakedKey;
pub use self::runner::Runner;
pub use self::wait::Wait;
pub use self::wait_all::WaitAll;
use crate::Result;

/// A value to yield that is more than a future: it has access to the coroutine call that yields it.
///
/// When a point is yielded, `start` is called once; then `is_ready`, until it returns true; then
/// `get_result`, once, whose result is that of the yield. An error of any of them arrives at the
/// yield. All of them get the runner of the same call. Code that calls them itself does so, too.
///
/// If `is_ready` returns false, it is called again when a value is stored under one of the keys
/// that it has asked the [`Runner`] about and that were not ready. If it has asked about none, it
/// is called again after every value that is stored in the call.
///
/// A body that yields points returns a `Result<T, E>` with an `E: From<gen::Error>`, because the
/// call fails if it leaves keys behind: see [`LeakedCallbackError`].
///
/// ```
/// use gen::{yield_, Callback, Runner, YieldPoint};
///
/// /// Waits for one of two keys.
/// struct Either(&'static str, &'static str);
///
/// impl YieldPoint for Either {
///     type Output = (&'static str, u32);
///
///     fn start(&mut self, _: &Runner) -> gen::Result {
///         Ok(())
///     }
///     fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
///         // Both keys are asked about, so that the value of either wakes the point.
///         let (one, other) = (runner.is_ready(&self.0)?, runner.is_ready(&self.1)?);
///         Ok(one || other)
///     }
///     fn get_result(&mut self, runner: &Runner) -> gen::Result<Self::Output> {
///         let key = if runner.is_ready(&self.0)? { self.0 } else { self.1 };
///         Ok((key, runner.pop_result(&key)?))
///     }
/// }
///
/// #[gen::coroutine]
/// fn race() -> gen::Result<&'static str> {
///     let left = yield_!(Callback::<u32>::new("left"))?;
///     let right = yield_!(Callback::<u32>::new("right"))?;
///     right.call(1);
///     let (winner, _) = yield_!(Either("left", "right"))?;
///     left.call(2);
///     yield_!(gen::Wait::<u32>::new("left"))?;
///     Ok(winner)
/// }
/// assert_eq!(gen::run_sync(race()).unwrap(), "right");
/// ```
pub trait YieldPoint {
    /// The result of the yield.
    type Output;

    /// Starts the point; called once, before anything else.
    ///
    /// # Errors
    ///
    /// An error arrives at the yield, and no other method is called.
    fn start(&mut self, runner: &Runner) -> Result;

    /// Returns whether there is a result; called many times.
    ///
    /// # Errors
    ///
    /// An error arrives at the yield, and no other method is called.
    fn is_ready(&mut self, runner: &Runner) -> Result<bool>;

    /// Returns the result; called once, when it is ready.
    ///
    /// # Errors
    ///
    /// An error arrives at the yield.
    fn get_result(&mut self, runner: &Runner) -> Result<Self::Output>;

    /// `is_ready`, and if so `get_result`: a point that does both in one step has this method.
    #[doc(hidden)]
    #[inline]
    fn try_result(&mut self, runner: &Runner) -> Result<Option<Self::Output>> {
        if self.is_ready(runner)? {
            self.get_result(runner).map(Some)
        } else {
            Ok(None)
        }
    }
}
