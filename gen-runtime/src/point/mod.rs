//! Callback APIs made linear: yield points, and keys under which callbacks leave their values.
//!
//! # How it works
//!
//! A coroutine that yields a [`YieldPoint`] has a *registry*: it belongs to one call, and holds the keys that are registered in it. Yielding a
//! [`Callback`] registers a key and gives a [`Callable`]; calling that stores a value under the key and wakes whoever waits for it; yielding a [`Wait`]
//! takes the value and the key out.
//!
//! | file | what it holds |
//! |---|---|
//! | `kind.rs` | how a call that yields points comes to have a registry, and what is done at its end |
//! | `registry.rs` | the keys of one call |
//! | `table.rs` | its registrations, by the hash of their key |
//! | `key.rs` | keys of any type in one table |
//! | `registration.rs` | one key: its value, and who waits for it |
//! | `any_value_waiters.rs` | who waits for any value at all |
//! | `waiters.rs` | the wakers of those who wait |
//! | `runner.rs` | [`Runner`]: what a point sees of the call that yielded it |
//! | `pending.rs` | the future that a point becomes |
//! | `callback.rs`, `wait.rs`, `wait_all.rs`, `forget.rs` | the points that keys are for |
//! | `task.rs` | [`from_callback`]: waits for what a callback is called with, without a key |
//! | `errors.rs` | what can go wrong |
//! | `named.rs` | the keys that errors name, which are printed when somebody reads the error |
//! | `models.rs` | models for loom: a call against a wait, a drop, the end |
//!
//! ## States and events of a registration
//!
//! | state | its callable is called | its last callable is dropped | asked whether ready | its value is taken | given up, or the call ends |
//! |---|---|---|---|---|---|
//! | empty | stored | abandoned, when [that is told](crate::context) | no; who asked waits | an error | closed; a leak, unless it is settled |
//! | stored | the new value replaces the old | stored | yes | closed | closed; a leak |
//! | abandoned | (nobody can; a new callable makes it empty) | | no, and asked again, twice; then an error; closed | an error | closed; a leak, unless it is settled |
//! | closed | nothing happens | nothing | the key is unknown | the key is unknown | closed |
//!
//! A registration that is closed is out of the registry, and the key may be registered anew: callables of the old one do not touch the new one.
//!
//! A registration without callables is *settled* when it is known why its value will not come: the
//! callback that owned the last callable has failed, and its error is told; or somebody has waited for it
//! since the last callable was gone, and was resumed with another error. It is no leak then, and the key
//! may be registered anew; a wait for it is told that the callback was dropped.
//!
//! ## Points of one yield
//!
//! The children of a list, map or tuple are started in their order, each in its first poll. So of `(Wait(k), Callback(k))` the wait fails, the key being unknown; and
//! `(Callback(k), Wait(k))` waits for ever, because nobody gets the callable before the wait is over.
//!
//! ## Who owns what
//!
//! - The *registry* is owned by the call, and shared with the frame and with the points that are pending; callables do not hold it.
//! - A *registration* is shared between the registry and its callables. At the end of the call the registry closes all of them, so a callable that
//!   is kept keeps nothing alive but a closed cell.
//! - A *value* is in the cell until it is taken, replaced or the registration is closed. It is dropped outside of the locks.
//! - A *waker* is in the registration that its point asked about; if the point asked about none, on the board, which every stored value wakes. The
//!   point's pending future takes it out again when it is ready or dropped.
//! - No code of a user runs under a lock or inside of a borrow: not the `Hash`, `Eq`, `Debug` and drop of
//!   keys, not the drop of values, and nothing of wakers. Keys are printed when somebody reads the error
//!   that names them, and a panic in that is not let through.

mod any_value_waiters;
mod callback;
mod errors;
mod forget;
mod key;
mod kind;
#[cfg(all(test, loom))]
mod models;
mod named;
mod pending;
mod registration;
mod registry;
mod runner;
mod table;
mod task;
mod wait;
mod wait_all;
mod waiters;

pub use self::callback::{Callable, Callback};
pub use self::errors::{
    CallbackDroppedError, KeyReuseError, KeyTypeError, LeakedCallbackError, UnknownKeyError,
};
pub use self::forget::Forget;
pub use self::key::Key;
pub use self::kind::Point;
pub use self::named::LeakedKey;
pub use self::runner::Runner;
pub use self::task::{from_callback, CallbackFuture, Resolve};
pub use self::wait::Wait;
pub use self::wait_all::WaitAll;
use crate::Result;

/// Something to yield that asks for more than a future: it sees the coroutine call that yields it.
///
/// When it is yielded, `start` is called once; then `is_ready` as often as there may be news; then, once, `get_result`, whose result is that of the
/// yield. An error of any of them arrives at the yield.
///
/// If `is_ready` says no, it is asked again when a value is stored under a key that it asked the [`Runner`] about and that was not ready. If it asked
/// about none, it is asked again at every value that is stored in the call.
///
/// A body that yields points returns `Result<T, E>` with an `E: From<gen::Error>`, because the call fails if it leaves keys behind: see
/// [`LeakedCallbackError`].
///
/// ```
/// use gen::{yield_, Callback, Runner, YieldPoint};
///
/// /// Waits for whichever of two keys is first.
/// struct Either(&'static str, &'static str);
///
/// impl YieldPoint for Either {
///     type Output = (&'static str, u32);
///
///     fn start(&mut self, _: &Runner) -> gen::Result {
///         Ok(())
///     }
///     fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
///         // Both are asked about, so that either wakes.
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
    /// What the yield gives.
    type Output;

    /// Begins; called once, before anything else.
    ///
    /// # Errors
    ///
    /// An error arrives at the yield, and nothing else is called.
    fn start(&mut self, runner: &Runner) -> Result;

    /// Whether there is a result; called many times.
    ///
    /// # Errors
    ///
    /// An error arrives at the yield, and nothing else is called.
    fn is_ready(&mut self, runner: &Runner) -> Result<bool>;

    /// The result; called once, when it is ready.
    ///
    /// # Errors
    ///
    /// An error arrives at the yield.
    fn get_result(&mut self, runner: &Runner) -> Result<Self::Output>;
}
