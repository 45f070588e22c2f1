//! Promises: a result that somebody sets, for any number that wait for it.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`promise`] |
//! | `setter.rs` | [`Promise`]: the side that sets |
//! | `future.rs` | [`SharedFuture`]: the side that reads |
//! | `state.rs` | what the two share: the result, or who waits for it |
//! | `value.rs` | where the result lies, and how clones of it are made |
//! | `waiters.rs` | who waits, in order |
//! | `of_task.rs` | the result of a task as a [`SharedFuture`] |
//! | `errors.rs` | [`BrokenPromiseError`], [`AlreadySetError`] |
//! | `models.rs` | what loom checks: a set against polls, clones and drops on other threads |
//!
//! ## States and events
//!
//! | state | set, failed | the promise is dropped | a future is polled | the last future is dropped |
//! |---|---|---|---|---|
//! | pending | done; the waiters are woken, in order | done, with `BrokenPromiseError`; the waiters are woken | its waker is kept | abandoned |
//! | abandoned | over; a failure is logged, unless it is quiet | nothing | | |
//! | done | `AlreadySetError`, and nothing changes | nothing | gives a clone of the result | over; a failure that nobody has seen is logged |
//! | over | `AlreadySetError` | nothing | | |
//!
//! ## Who owns what
//!
//! - The *result* belongs to the futures, all clones of one: it is dropped with the last of them, even if the promise lives on.
//! - A *waker* is kept from the first poll of a future that is pending until the result is there or that future is dropped. Nothing else is kept of whoever waits: so a coroutine that owns a
//!   promise and waits for its future is no cycle once the promise is set or dropped.
//! - *Done-callbacks* are tasks on the loop of whoever added them; the promise knows them as waiters.
//!
//! All but the value is under one lock, and no code of a user runs under it: wakers are cloned, woken
//! and dropped outside of it, and so are results. Clones of a value are made by one thread at a time,
//! because the value need not be `Sync`; a clone that reads the same promise again does not wait for
//! itself.

mod errors;
mod future;
#[cfg(all(test, loom))]
mod models;
mod of_task;
mod setter;
mod state;
mod value;
mod waiters;

pub use self::errors::{AlreadySetError, BrokenPromiseError};
pub use self::future::SharedFuture;
pub use self::setter::Promise;

/// A promise, and the future of what it will be set to.
///
/// The [`Promise`] is set once, on any thread; the [`SharedFuture`] may be cloned, and each clone yielded or awaited as often as you like. This is Tornado's `Future`, whose two sides are two types here.
///
/// ```
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn reader(answer: gen::SharedFuture<u32>) -> gen::Result<u32> {
///     yield_!(answer)
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<Vec<u32>> {
///     let (promise, answer) = gen::promise();
///     let readers = vec![gen::spawn(reader(answer.clone())), gen::spawn(reader(answer))];
///     promise.set(42)?;
///     yield_!(readers)
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), [42, 42]);
/// ```
pub fn promise<T: Clone>() -> (Promise<T>, SharedFuture<T>) {
    let shared = state::PromiseState::new();
    (Promise::new(shared.clone()), SharedFuture::first(shared))
}
