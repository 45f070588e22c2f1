//! Scopes: children that may borrow, and that nothing outlives.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`scope`], [`scope_local`], [`Scope`], [`LocalScope`] |
//! | `scoped.rs` | the future of a scope: body and children, and who is polled |
//! | `member.rs` | what body and children have in common: a waker, and what they were told |
//! | `queue.rs` | what has happened since the last poll, from any thread |
//! | `told.rs` | the requests that one of them was cancelled with |
//! | `graces.rs` | children that have to end by some time |
//! | `spawn_queue.rs` | children that were spawned and not taken in yet |
//! | `child.rs` | a child behind a pointer, and where its result goes |
//! | `handle.rs` | [`ScopeHandle`] |
//! | `outcome.rs` | what the scope ends with |
//! | `errors.rs` | the error of a handle whose scope is over |
//! | `models.rs` | what loom checks: wakes and requests from other threads against polls |
//!
//! The body and the children live in the future of the scope, and so in the task that waits for it. That is why they may borrow, and why there is nothing unsafe about it: a scope that is dropped
//! drops them, and one that is forgotten leaks them, with all that they borrow still borrowed. The [`Scope`] that the body gets is only a way to the inbox.
//!
//! | event | what happens |
//! |---|---|
//! | `spawn` | the child is put into the inbox |
//! | the scope is polled | the body is polled, if it was woken; then the children that were woken; then those in the inbox are taken in and polled for the first time |
//! | a child ends | its result is with its handle |
//! | a child fails, or the body does | the first time, all others are cancelled: source [`Sibling`](crate::CancelSource::Sibling) |
//! | the scope is cancelled | all are, and so is what is spawned afterwards: it is started, and told at its first suspension |
//! | the time of a child is up that was cancelled with a grace | it is dropped |
//! | the body has ended, there are no children, the inbox is empty | the inbox is closed, and the scope is ready |
//! | an error is thrown at the scope | the yield that waits for it takes it, and drops the scope |
//! | the scope is dropped | body and children are dropped, what has failed is reported, and the inbox is closed |
//!
//! When [enough](crate::parallel::ENDED_AT_ONCE) children have ended in one poll, and one is pending, those that were woken behind it wait for the next poll, which the scope asks for.
//!
//! Who is woken while the scope is polled waits for the next poll, which the scope asks for: so no child keeps the others, or the rest of the task, from running.

mod child;
mod errors;
mod graces;
mod handle;
mod member;
#[cfg(all(test, loom))]
mod models;
mod outcome;
mod queue;
mod scoped;
mod spawn_queue;
mod told;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use self::child::{LocalChild, SendChild};
pub use self::errors::ScopeEnded;
pub use self::handle::ScopeHandle;
use self::scoped::{Owned, Scoped};
use self::spawn_queue::SpawnQueue;
use crate::yieldable::{FutureOfResult, Opened};
use crate::{Result, Throw};

/// Runs a body and the children that it spawns, which may borrow what lives outside of the scope.
///
/// The children move while the body waits, and the scope ends when all have ended. What they spawn belongs to it too. Nothing outlives it.
///
/// ```
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn length(word: &str) -> gen::Result<usize> {
///     yield_!(gen::moment())?;
///     Ok(word.len())
/// }
///
/// #[gen::coroutine]
/// fn total() -> gen::Result<usize> {
///     let words = ["one", "three"].map(String::from);
///     let [one, three] = &words;
///     yield_!(gen::scope(|scope| async move {
///         let (one, three) = (scope.spawn(length(one)), scope.spawn(length(three)));
///         Ok::<_, gen::Error>(yield_!(one)? + yield_!(three)?)
///     }))
/// }
/// assert_eq!(gen::run_sync(total()).unwrap(), 8);
/// ```
///
/// The body is moved into the scope (`async move`), and its own locals are no place to borrow from: they end before the children do. Make references outside, as above.
///
/// # Failures
///
/// The first failure in time, of a child or of the body, cancels all others: they are resumed with [`Cancelled`](crate::Cancelled), of the source
/// [`Sibling`](crate::CancelSource::Sibling), may clean up, and are waited for. Whether somebody looks at the child's [handle](ScopeHandle) makes no difference: a child whose failure is no failure of
/// the scope ends with a `Result` in an `Ok`, as [`gen::ok`](crate::ok) makes it. A child that was cancelled by its handle, and ends by that, has not failed.
///
/// # Errors
///
/// The body's own; if that only says that the body was cancelled, or there is none, the first failure of a child. What else failed is in its [`others`](crate::Error::others), by the
/// number of the child, and is logged.
///
/// # Panics
///
/// If the body panics, the children are cancelled, and when they have ended the panic goes on; what they have
/// failed with is logged. A panic of a child is a failure: [`Panicked`](crate::Panicked).
///
/// # Cancellation
///
/// When the scope is cancelled, the body and each child are told, and it ends when they have ended. It *stays* cancelled, as it does when it has failed: a child that is spawned afterwards is told
/// at its first suspension, so that nothing new keeps a scope alive that is to end. A clean-up may yield, since the one who cleans up was told already; what it spawns it puts in a
/// [`shield`](fn@crate::shield). When the scope is dropped, or resumed with a thrown error, they are dropped: children in the order in which they were spawned, after the body. What
/// the body or children have failed with by then is logged in one record (target `gen`, level `ERROR`;
/// cancellations `DEBUG`), the failure that the others were cancelled for among it.
#[track_caller]
#[doc(alias = "TaskGroup")]
#[doc(alias = "nursery")]
pub fn scope<'env, B, F, T, E, M>(body: B) -> impl Future<Output = Result<T>> + use<'env, B, F, T, E, M>
where
    B: FnOnce(Scope<'env>) -> F,
    F: FutureOfResult<T, E>,
    E: Throw<M>,
{
    let inbox = Owned::<SendChild<'env>>::new();
    let body = body(Scope { inbox: inbox.share() }).into_future();
    Scoped::new(Opened::<_, M>::new(body), inbox, Location::caller())
}

/// The same for children that need not be `Send`; neither is the scope then.
///
/// ```
/// use gen::yield_;
/// use std::cell::Cell;
///
/// #[gen::coroutine]
/// fn count(to: u32, counter: &Cell<u32>) -> gen::Result {
///     for _ in 0..to {
///         counter.set(counter.get() + 1);
///         yield_!(gen::moment())?;
///     }
///     Ok(())
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<u32> {
///     let counter = Cell::new(0);
///     let counted = &counter;
///     yield_!(gen::scope_local(|scope| async move {
///         scope.spawn(count(2, counted));
///         scope.spawn(count(3, counted));
///         Ok::<(), gen::Error>(()) // they are waited for
///     }))?;
///     Ok(counter.get())
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), 5);
/// ```
///
/// # Errors
///
/// As [`scope`].
#[track_caller]
pub fn scope_local<'env, B, F, T, E, M>(body: B) -> impl Future<Output = Result<T>> + use<'env, B, F, T, E, M>
where
    B: FnOnce(LocalScope<'env>) -> F,
    F: FutureOfResult<T, E>,
    E: Throw<M>,
{
    let inbox = Owned::<LocalChild<'env>>::new();
    let body = body(LocalScope { inbox: inbox.share() }).into_future();
    Scoped::new(Opened::<_, M>::new(body), inbox, Location::caller())
}

macro_rules! scope_type {
    ($(#[$doc:meta])* $name:ident, $child:ident: $($bound:tt)*) => {
        $(#[$doc])*
        pub struct $name<'env> {
            inbox: Arc<SpawnQueue<$child<'env>>>,
        }

        impl<'env> $name<'env> {
            /// Adds a child to the scope.
            ///
            /// It starts when the body waits next, in the same turn, after those that were spawned before it. Its result is with the [handle](ScopeHandle), which may be yielded, kept, or dropped: the child runs
            /// on, and its failure is the scope's in any case.
            ///
            /// If the scope was cancelled or has failed, the child is started, and told at its first suspension; what cannot be told is dropped then. If the scope has ended, the child is dropped, and the
            /// handle resolves to [`ScopeEnded`].
            pub fn spawn<C, T, E, M>(&self, child: C) -> ScopeHandle<T>
            where
                C: FutureOfResult<T, E>,
                C::IntoFuture: $($bound)* 'env,
                T: $($bound)* 'env,
                E: Throw<M>,
                M: 'env,
            {
                let (child, reply) = child::pair(Opened::<_, M>::new(child.into_future()));
                let id = self.inbox.push(Box::pin(child));
                ScopeHandle::new(reply, Arc::clone(self.inbox.queue()), id)
            }
        }

        impl Clone for $name<'_> {
            fn clone(&self) -> Self {
                $name { inbox: Arc::clone(&self.inbox) }
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

scope_type! {
    /// What the body of a [`scope`] spawns its children with. A clone may be given to a child, which then can spawn others.
    Scope, SendChild: Send +
}

scope_type! {
    /// What the body of a [`scope_local`] spawns its children with. A clone may be given to a child, which then can spawn others.
    LocalScope, LocalChild:
}
