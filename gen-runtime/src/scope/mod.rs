//! Scopes: children that may borrow, and never outlive the scope.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`scope()`], [`scope_local`], [`Scope`], [`LocalScope`] |
//! | `scoped.rs` | the future of a scope, which polls the body and the children |
//! | `children.rs` | the children in their slots, and which members were woken |
//! | `member.rs` | the state that the scope keeps for the body and for each child |
//! | `queue.rs` | requests and spawns since the last poll, from any thread |
//! | `requests.rs` | the cancellations that a member has got |
//! | `graces.rs` | children that are dropped if they do not end in time |
//! | `spawn_queue.rs` | children that were spawned and are not yet admitted |
//! | `child.rs` | a child behind a pointer, and its reply to the handle |
//! | `handle.rs` | [`ScopeHandle`] |
//! | `outcome.rs` | the result of a scope |
//! | `errors.rs` | the error of a handle whose scope has ended |
//! | `models.rs` | loom models: wakes and requests from other threads against polls |
//!
//! The body and the children are part of the scope's future, and so of the task that waits for it.
//! So they may borrow, without unsafe code: dropping the scope drops them, and leaking it leaks
//! them, with everything that they borrow still borrowed. The [`Scope`] that the body gets only
//! leads to the spawn queue.
//!
//! The slots and their wakers are those of [`parallel`](crate::parallel::Members). While a task and
//! the wakes of its children are on one thread, these take no lock and no atomic operation.
//!
//! | event | what happens |
//! |---|---|
//! | a child is spawned: `SpawnQueue::push` | it is put into the spawn queue |
//! | the scope is polled: `go_on` | the members that were woken are polled, in order; then the children in the spawn queue are admitted and polled for the first time |
//! | a child ends: `with_child` | its result goes to its handle |
//! | the body or a child fails: `settle` | the first failure cancels all others; the source is [`Sibling`](crate::CancelSource::Sibling) |
//! | the scope is cancelled: `cancel_all` | the body and all children are cancelled; a child that is spawned later is started, and cancelled at its first suspension |
//! | the grace of a cancelled child has passed: `cut_short` | the child is dropped |
//! | the body and all children have ended, and the spawn queue is empty: `ends` | the spawn queue is closed, and the scope is ready |
//! | an error is thrown at the scope | the yield that waits for the scope takes it, and drops the scope |
//! | the scope is dropped | the body and the children are dropped, their failures are reported, and the spawn queue is closed |
//!
//! A member that is woken while the scope is polled waits for the next poll, which the scope asks
//! for. So no child keeps the others, or the rest of the task, from running. When
//! [enough](crate::parallel::ENDED_AT_ONCE) children have ended in one poll, the members behind the
//! next pending one wait for the next poll, too.
//!
//! A scope that comes to another thread between two polls polls each member once more: see
//! [the takeover](crate::parallel::Members). A slot is used again when its child has ended. So a
//! waker that outlives its child may wake a later one, as every future must allow.

mod child;
mod children;
mod errors;
mod graces;
mod handle;
mod member;
#[cfg(all(test, loom))]
mod models;
mod outcome;
mod queue;
mod requests;
mod scoped;
mod spawn_queue;

use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use self::child::{LocalChild, SendChild};
pub use self::errors::ScopeEnded;
pub use self::handle::ScopeHandle;
pub(crate) use self::member::Member;
use self::scoped::{Scoped, SpawnQueueOwner};
use self::spawn_queue::SpawnQueue;
use crate::opaque::opaque_debug;
use crate::yieldable::{FutureOfResult, Opened};
use crate::{Result, Throw};

/// Runs a body and the children that it spawns, all of which may borrow from outside of the scope.
///
/// The children run while the body waits, and the scope ends when all have ended. They may spawn
/// more children into the scope. No child outlives the scope.
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
/// The body is moved into the scope (`async move`). The children cannot borrow its own locals,
/// which end before the children do. Make references outside, as above.
///
/// # Failures
///
/// The first failure in time, of a child or of the body, cancels all others: they are resumed with
/// [`Cancelled`](crate::Cancelled), whose source is [`Sibling`](crate::CancelSource::Sibling), may
/// clean up, and are waited for. It makes no difference whether the [handle](ScopeHandle) of the
/// child is read. A child that may fail without failing the scope ends with a `Result` in an `Ok`,
/// as [`gen::ok`](crate::ok) makes it. A child that is cancelled by its handle, and ends by that,
/// has not failed.
///
/// # Errors
///
/// The error of the body; if there is none, or if it only says that the body was cancelled, the
/// first failure of a child. The other failures are in its [`others`](crate::Error::others), by the
/// number of the child, and are logged.
///
/// # Panics
///
/// If the body panics: the children are cancelled, and the panic is resumed when they have ended.
/// Their failures are logged. A panic of a child is a failure: [`Panicked`](crate::Panicked).
/// A panic of the destructor of a body or a child that has ended is logged, and its result stays.
///
/// # Cancellation
///
/// Cancelling the scope cancels the body and each child, and the scope ends when they have ended.
/// It *stays* cancelled, as it does after a failure: a child that is spawned afterwards is
/// cancelled at its first suspension, so that no new child keeps the scope alive. A clean-up may
/// yield, because its own cancellation has arrived before. The children that it spawns are
/// cancelled, unless they are in a [`shield`](fn@crate::shield).
///
/// A scope that is dropped, or resumed with a thrown error, drops the body, and then the children
/// in the order in which they were spawned. The failures so far are logged in one record (target
/// `gen`, level `ERROR`; cancellations `DEBUG`), also the one for which the others were cancelled.
#[track_caller]
#[doc(alias("TaskGroup", "nursery"))]
pub fn scope<'env, B, F, T, E, M>(body: B) -> impl Future<Output = Result<T>> + use<'env, B, F, T, E, M>
where
    B: FnOnce(Scope<'env>) -> F,
    F: FutureOfResult<T, E>,
    E: Throw<M>,
{
    let spawn_queue = SpawnQueueOwner::<SendChild<'env>>::new();
    let body = body(Scope { spawn_queue: spawn_queue.share() }).into_future();
    Scoped::new(Opened::<_, M>::new(body), spawn_queue, Location::caller())
}

/// Runs a body and children that need not be `Send`, like [`scope()`].
///
/// The scope is not `Send` either.
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
///         Ok::<(), gen::Error>(()) // the scope waits for both
///     }))?;
///     Ok(counter.get())
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), 5);
/// ```
///
/// # Errors
///
/// Those of [`scope()`].
#[track_caller]
pub fn scope_local<'env, B, F, T, E, M>(body: B) -> impl Future<Output = Result<T>> + use<'env, B, F, T, E, M>
where
    B: FnOnce(LocalScope<'env>) -> F,
    F: FutureOfResult<T, E>,
    E: Throw<M>,
{
    let spawn_queue = SpawnQueueOwner::<LocalChild<'env>>::new();
    let body = body(LocalScope { spawn_queue: spawn_queue.share() }).into_future();
    Scoped::new(Opened::<_, M>::new(body), spawn_queue, Location::caller())
}

macro_rules! scope_type {
    ($(#[$doc:meta])* $name:ident, $child:ident: $($bound:tt)*) => {
        $(#[$doc])*
        pub struct $name<'env> {
            spawn_queue: Arc<SpawnQueue<$child<'env>>>,
        }

        impl<'env> $name<'env> {
            /// Adds a child to the scope.
            ///
            /// It starts when the body waits next, in the same turn, after the children that were
            /// spawned before. Its [handle](ScopeHandle) gives its result, and may be yielded, kept
            /// or dropped: the child runs on, and its failure is a failure of the scope in any
            /// case.
            ///
            /// If the scope was cancelled or has failed, the child is cancelled at its first
            /// suspension, or dropped there if it cannot take a cancellation. If the scope has
            /// ended, the child is dropped, and the handle resolves to [`ScopeEnded`].
            pub fn spawn<C, T, E, M>(&self, child: C) -> ScopeHandle<T>
            where
                C: FutureOfResult<T, E>,
                C::IntoFuture: $($bound)* 'env,
                T: $($bound)* 'env,
                E: Throw<M>,
                M: 'env,
            {
                let (child, reply) = child::pair(Opened::<_, M>::new(child.into_future()));
                let id = self.spawn_queue.push(Box::pin(child));
                ScopeHandle::new(reply, Arc::clone(self.spawn_queue.queue()), id)
            }
        }

        impl Clone for $name<'_> {
            fn clone(&self) -> Self {
                $name { spawn_queue: Arc::clone(&self.spawn_queue) }
            }
        }

        opaque_debug!([] $name<'_>);
    };
}

scope_type! {
    /// Spawns the children of a [`scope()`].
    ///
    /// A clone may be given to a child, which can then spawn others.
    Scope, SendChild: Send +
}

scope_type! {
    /// Spawns the children of a [`scope_local`].
    ///
    /// A clone may be given to a child, which can then spawn others.
    LocalScope, LocalChild:
}
