//! Many at once: the one parallel engine, used by every container that can be yielded.
//!
//! # How it works
//!
//! | file | what it holds |
//! |---|---|
//! | `engine.rs` | whom to poll, and when all have ended |
//! | `budget.rs` | how many children may end in one poll |
//! | `group.rs` | [`Group`]: children of one type, of any number; the future that a list or map becomes |
//! | `race.rs` | [`Race`]: children of one type, until the first of them ends; what `first_of` is made of |
//! | `tuple.rs` | the same for tuples, where each child has a type of its own |
//! | `pool.rs` | [`Pool`]: children of one type that come and go, their results in the order in which they end; what `WaitIterator` and `limit` are made of |
//! | `seats.rs` | who sits where in a pool, and which of them are new, have ended, or left |
//! | `slots.rs` | where the children live: one allocation, a child or its result in each slot |
//! | `wakers.rs` | a waker for each child: one allocation |
//! | `ready.rs` | the queue of children that were woken |
//! | `models.rs` | what loom checks: wakes from other threads against polls and drops |
//! | `panics.rs` | what a child that panics does to the others: nothing |
//! | `shape.rs` | what the results are put into, and how a child's place is called |
//! | `outcome.rs` | the error rule |
//! | `notices.rs` | what cancelled children have still to be told |
//! | `policy.rs` | [`Policy`]: what was said of errors by `quiet` and `fail_fast` |
//! | `settled.rs` | every child's own result |
//! | `options.rs` | `quiet`, `fail_fast` and `settle`, as yieldables |
//!
//! The first poll polls every child, in order. After that a poll takes the children that were woken since, in the order in which they were woken,
//! and polls only these. A child that is woken while its group is being polled waits for the next poll, which the group asks for; so no child can
//! keep the others from running. When [so many](budget) children have ended in one poll, and one
//! is pending, those that were woken behind it wait for the next poll too.
//!
//! A child's future is dropped as soon as it is ready. The group is ready when all children are.
//!
//! # The error rule
//!
//! As in Tornado, a failure stops nobody: all children run to their end. Then the first error in *child
//! order*, not in time, is raised; the others are kept in its [`others`](crate::Error::others), and logged
//! together, in one record.
//!
//! [`Multi::fail_fast`] raises the first in time and drops the children that have not ended; [`Multi::settle`] raises nothing.
//!
//! # Panics
//!
//! A child that panics has failed, with [`Panicked`](crate::Panicked), and has ended: the others go on in
//! the same poll, and the error rule treats it as any other failure. The loop over the children is what
//! catches it. A panic of a child's destructor is logged; the child's result stays. Only the drop of the
//! group itself lets the panic of a destructor through, as the drop of a `Vec` does.
//!
//! # Dropped
//!
//! A group that is dropped before it has handed over its results, by a timeout, by an error that is thrown
//! at it, with its task, reports the failures that its children already had, in one record: `ERROR`, and
//! cancellations at `DEBUG`. What `quiet` names, here or at the timeout, is not reported.
//!
//! # Cancelled
//!
//! A group that is polled with a [cancellation](crate::cancel), and is not ready in that poll, takes it and polls each running child once more, with one for that child. A child
//! that cannot be told is dropped and has failed; the others go on, and the group with them, also if it was to fail fast. What a shield holds back is kept for the
//! child's next polls.
//!
//! # Who may touch what
//!
//! Children and results belong to the group, and only its poll touches them. The wakers' allocation is shared between the group and
//! the wakers that children have cloned; it holds no child, so a waker that outlives its group only keeps a few bytes.

mod budget;
mod engine;
mod group;
#[cfg(all(test, loom))]
mod models;
mod notices;
mod options;
mod outcome;
mod panics;
mod policy;
mod pool;
mod race;
mod ready;
mod seats;
mod settled;
mod shape;
mod slots;
mod tuple;
mod wakers;

use std::marker::PhantomData;

pub(crate) use self::budget::ENDED_AT_ONCE;
pub(crate) use self::group::Group;
pub use self::options::{MultiFailFast, MultiQuiet, MultiSettled};
pub(crate) use self::outcome::{raise, report_dropped};
pub(crate) use self::policy::{Parallel, Policy};
pub(crate) use self::pool::Pool;
pub(crate) use self::race::{Losers, Race};
pub(crate) use self::settled::Settle;
pub(crate) use self::shape::{Array, BTree, BoxedSlice, Deque, Hash, List, Places, Shape};
pub(crate) use self::tuple::TupleOfPending;
use crate::coroutine::{Frame, Kind};
use crate::yieldable::join::joinable;
use crate::yieldable::probe::HasError;
use crate::Yieldable;

/// A list, map or tuple of yieldables, with a say in what its errors do: made by [`multi`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Multi<C> {
    children: C,
}

/// Marks [`multi`] of an `M`.
#[derive(Debug)]
pub struct Grouped<M>(PhantomData<M>);

/// Yields a list, map or tuple in parallel, as yielding it directly does.
///
/// All children run to completion. If some fail, the first error in the order of the children is raised;
/// the others are kept in its [`others`](crate::Error::others), and logged in one record (target `gen`,
/// level `ERROR`). Those that only say that a child was [cancelled](crate::Cancelled) are logged in a
/// record of their own, at `DEBUG`. A failure is logged once, also if several groups have clones of
/// its error, as those have that wait for one [`SharedFuture`](crate::SharedFuture).
///
/// Outside a coroutine, [`join`](Multi::join) makes a future of it.
///
/// ```
/// use gen::yield_;
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn parse() -> gen::Result<Vec<u8>> {
///     yield_!(gen::multi(["1", "x", "3", "y"].map(|text| ready(text.parse::<u8>())).into_iter().collect::<Vec<_>>()))
/// }
/// let error = gen::run_sync(parse()).unwrap_err();
/// assert_eq!(error.others().len(), 1);
/// assert_eq!(error.others()[0].place, gen::Place::Index(3));
/// ```
///
/// # Panics
///
/// A child that panics has failed, with [`Panicked`](crate::Panicked), as a task has: the others go on,
/// the error rule applies, and whoever gets the error may [resume](crate::Panicked::resume) the panic.
/// It is the same for every list, map, tuple or option that is yielded directly. The panic of a child's
/// destructor is logged, and the child has the result that it had.
///
/// ```
/// use gen::yield_;
///
/// async fn half(number: u32) -> gen::Result<u32> {
///     assert!(number % 2 == 0, "{number} is odd");
///     Ok(number / 2)
/// }
///
/// #[gen::coroutine]
/// fn halves() -> gen::Result<Vec<u32>> {
///     yield_!(gen::multi([8, 7, 4].map(half).into_iter().collect::<Vec<_>>()))
/// }
/// let error = gen::run_sync(halves()).unwrap_err();
/// assert_eq!(error.downcast_ref::<gen::Panicked>().unwrap().message(), "7 is odd");
/// ```
///
/// # Cancellation
///
/// When the yield is [cancelled](crate::JoinHandle::cancel), each child that is running is told, and waited
/// for. When it is dropped, by a timeout, by an error that is thrown at it or with its task, the children
/// are dropped, and the failures that some of them already had are logged in one record (target `gen`,
/// level `ERROR`; cancellations `DEBUG`).
pub fn multi<C>(children: C) -> Multi<C> {
    Multi { children }
}

joinable! {
    /// The future that waits for all children, for use outside a coroutine: `gen::multi(list).join().await`.
    ///
    /// ```
    /// use std::future::ready;
    ///
    /// let sum = async {
    ///     let parts = gen::multi(vec![ready("1".parse::<u8>()), ready("2".parse::<u8>())]).join().await?;
    ///     Ok::<u8, gen::Error>(parts.iter().sum())
    /// };
    /// assert_eq!(gen::run_sync(sum).unwrap(), 3);
    /// ```
    ///
    /// # Errors
    ///
    /// As of the yield. The trace of an error has no place for it, since only a `yield_!` is a place.
    ///
    /// # Cancellation
    ///
    /// Dropping it drops the children; see [`multi`].
    [C] Multi<C>
}

impl<C, M, Mode, K> Yieldable<Grouped<M>, Mode, K> for Multi<C>
where
    C: Yieldable<M, Mode, K>,
    K: Kind,
{
    type Output = C::Output;
    type Pending = C::Pending;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        self.children.into_pending(frame)
    }
}

impl<C: HasError<M>, M> HasError<Grouped<M>> for Multi<C> {
    type Err = C::Err;
    type Value = C::Value;
}
