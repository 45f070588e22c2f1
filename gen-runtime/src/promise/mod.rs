//! Promises: a result that is set once, and read by any number of futures.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`promise()`] |
//! | `setter.rs` | [`Promise`]: the side that sets the result |
//! | `future.rs` | [`SharedFuture`]: the side that reads the result |
//! | `state.rs` | the state that both sides share: the result, or the wakers of the futures that wait |
//! | `value.rs` | the cell of the result, and how clones of it are made |
//! | `of_task.rs` | the result of a task as a [`SharedFuture`] |
//! | `errors.rs` | [`BrokenPromiseError`], [`AlreadySetError`] |
//! | `models.rs` | loom models: a set against polls, clones and drops on other threads |
//!
//! ## States and events
//!
//! | state | set or failed: `set` | the promise is dropped: `sole_owner_gone` | a future is polled: `poll` | the last future is dropped: `co_owners_gone` |
//! |---|---|---|---|---|
//! | pending: no result, and there are futures | done; the waiters are woken, in order | done, with `BrokenPromiseError`; the waiters are woken | its waker is kept | abandoned |
//! | abandoned: no result, and no future | over; a failure is logged, unless it is quiet | nothing | | |
//! | done: there is a result | `AlreadySetError`, and nothing changes | nothing | gives a clone of the result | the result is dropped; a failure that was never read is logged |
//! | over: the promise was set, and there is no future | `AlreadySetError` | nothing | | |
//!
//! The word of the lock says "done" of the last two states, which do not change any more: so they
//! are read without the lock.
//!
//! ## Who owns what
//!
//! - The *result* belongs to the futures, which are clones of one: it is dropped with the last of
//!   them, even if the promise still exists.
//! - A *waker* is kept from the first poll of a pending future until the result is there, or until
//!   that future is dropped. Nothing else of the waiting task is kept. So a coroutine that owns a
//!   promise and waits for its future is not a cycle once the promise is set or dropped.
//! - *Done-callbacks* are tasks on the loop where they were added. For the promise they are
//!   waiters.
//!
//! Both sides own one block, which counts them (`waiter/sides.rs`). Its lock protects everything
//! except the value, and no code of a user runs under it: wakers are cloned, woken and dropped
//! outside of it, and so are results. Clones of a value are made by one thread at a time, because
//! the value need not be `Sync`. A `clone` that reads the same promise again does not wait for
//! itself.

mod errors;
mod future;
#[cfg(all(test, loom))]
mod models;
mod of_task;
mod setter;
mod state;
mod value;

pub use self::errors::{AlreadySetError, BrokenPromiseError};
pub use self::future::SharedFuture;
pub use self::setter::Promise;

/// Makes a promise, and the future of its result.
///
/// The [`Promise`] is set once, on any thread. The [`SharedFuture`] may be cloned, and each clone
/// may be yielded or awaited any number of times. Both together are Tornado's `Future`.
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
///     let first = gen::spawn(reader(answer.clone()));
///     let readers = vec![first, gen::spawn(reader(answer))];
///     promise.set(42)?;
///     yield_!(readers)
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), [42, 42]);
/// ```
pub fn promise<T: Clone>() -> (Promise<T>, SharedFuture<T>) {
    let (promise, future) = state::PromiseState::new();
    (Promise::new(promise), SharedFuture::first(future))
}
