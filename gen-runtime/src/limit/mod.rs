//! [`limit`]: many in parallel, but only so many at a time.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`limit`] and [`Limit`], of lists and of maps |
//! | `pending.rs` | the future that a coroutine waits for |
//! | `source.rs` | where the children come from |
//! | `errors.rs` | the error of a limit of 0 |

mod errors;
mod pending;
mod source;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::vec::IntoIter;

pub use self::errors::ZeroLimitError;
use self::pending::LimitPending;
use self::source::ColdChildren;
use crate::coroutine::{Frame, FrameKind};
use crate::kinds::{Listed, Mapped};
use crate::parallel::List;
use crate::yieldable::join::joinable;
use crate::yieldable::{forward_error, HasError};
use crate::{parallel, Yieldable};

/// Yields many in parallel, but no more than `at_once` at a time.
///
/// It takes a list, or whatever else can be iterated over, and gives a `Vec` of the results in the order of the children, or [as they come](Limit::unordered); or a map, and gives a map with the
/// same keys. A child is taken from the iterator, and started, when there is room for it: so the iterator may make coroutines that are not to exist all at once.
///
/// Errors follow the rule of [`multi`](crate::multi): all run to their end, the first error in child order is raised, the others are logged and kept. `gen::multi(gen::limit(..))` has
/// the say in it that lists have: `quiet`, `settle`, and `fail_fast`, which takes no further children once one has failed.
///
/// ```
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn fetch(page: u32) -> gen::Result<u32> {
///     yield_!(gen::moment())?;
///     Ok(page * 10)
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<Vec<u32>> {
///     yield_!(gen::limit(3, (0..10).map(fetch))) // ten pages, three at a time
/// }
/// assert_eq!(gen::run_sync(body()).unwrap()[9], 90);
/// ```
///
/// When a hundred children have ended in one poll, and there are more to start, it asks for its next poll
/// and lets others have their turn: so a timeout, or a cancellation, reaches one whose children are all
/// ready.
///
/// The children are whatever can be yielded, except yield points, which belong to the yield of their coroutine.
///
/// # Errors
///
/// Those of the children; [`ZeroLimitError`] if `at_once` is 0, which would let nothing run.
///
/// # Panics
///
/// A child that panics has failed, with [`Panicked`](crate::Panicked): the others go on, also those that
/// are still to be started. A panic of the iterator itself is the yield's.
///
/// # Cancellation
///
/// When the yield is [cancelled](crate::JoinHandle::cancel), the children that are running are told and waited for, and no more are started. Dropping it drops the children that are running and the
/// iterator; the failures that children already had are logged in one record, as those of
/// [`multi`](crate::multi()) are.
///
/// # Outside a coroutine
///
/// [`join`](Limit::join) makes a future of it: `gen::limit(..).join().await`.
#[doc(alias("buffer_unordered", "Semaphore"))]
pub fn limit<C>(at_once: usize, children: C) -> Limit<C> {
    Limit { at_once, children, in_order: true }
}

/// Many to yield, so many at a time: made by [`limit`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Limit<C> {
    at_once: usize,
    children: C,
    in_order: bool,
}

impl<C> Limit<C> {
    /// Gives the results in the order in which they come, and raises the first error in time. A map has its keys; it stays as it is.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn after(seconds: u64) -> gen::Result<u64> {
    ///     yield_!(gen::sleep(Duration::from_secs(seconds)))?;
    ///     Ok(seconds)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<Vec<u64>> {
    ///     yield_!(gen::limit(2, [3, 1, 1].map(after)).unordered())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), [1, 1, 3]);
    /// ```
    pub fn unordered(self) -> Self {
        Limit { in_order: false, ..self }
    }
}

/// Marks [`limit`] of an `M`.
#[derive(Debug)]
pub struct Limited<M>(PhantomData<M>);

#[diagnostic::do_not_recommend]
impl<C, Y, M, Mode, K> Yieldable<Limited<Listed<M>>, Mode, K> for Limit<C>
where
    C: IntoIterator<Item = Y>,
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = Vec<Y::Output>;
    type Pending = LimitPending<ColdChildren<C::IntoIter, M, Mode>, Y::Pending, Y::Output, List>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        LimitPending::new(self.at_once, ColdChildren::new(self.children), List, self.in_order)
    }
}

#[diagnostic::do_not_recommend]
impl<Q, Y, S, M, Mode, K> Yieldable<Limited<Mapped<M>>, Mode, K> for Limit<HashMap<Q, Y, S>>
where
    Q: Hash + Eq + Debug,
    Y: Yieldable<M, Mode>,
    S: BuildHasher + Clone,
    K: FrameKind,
{
    type Output = HashMap<Q, Y::Output, S>;
    type Pending =
        LimitPending<ColdChildren<IntoIter<Y>, M, Mode>, Y::Pending, Y::Output, parallel::Hash<Q, S>>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        let hasher = self.children.hasher().clone();
        let (keys, children): (_, Vec<Y>) = self.children.into_iter().unzip();
        LimitPending::new(self.at_once, ColdChildren::new(children), parallel::Hash { keys, hasher }, true)
    }
}

#[diagnostic::do_not_recommend]
impl<Q, Y, M, Mode, K> Yieldable<Limited<Mapped<M>>, Mode, K> for Limit<BTreeMap<Q, Y>>
where
    Q: Ord + Debug,
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = BTreeMap<Q, Y::Output>;
    type Pending =
        LimitPending<ColdChildren<IntoIter<Y>, M, Mode>, Y::Pending, Y::Output, parallel::BTree<Q>>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        let (keys, children): (_, Vec<Y>) = self.children.into_iter().unzip();
        LimitPending::new(self.at_once, ColdChildren::new(children), parallel::BTree { keys }, true)
    }
}

joinable! {
    /// The future that waits for all children, for use outside a coroutine: `gen::limit(..).join().await`.
    ///
    /// ```
    /// async fn pages() -> gen::Result<Vec<u32>> {
    ///     gen::limit(3, (0..10).map(|page| async move { Ok::<_, gen::Error>(page * 10) })).join().await
    /// }
    /// assert_eq!(gen::run_sync(pages()).unwrap()[9], 90);
    /// ```
    ///
    /// # Errors
    ///
    /// As of the yield. The trace of an error has no place for it, since only a `yield_!` is a place.
    ///
    /// # Cancellation
    ///
    /// As of the yield: dropping it drops the children that are running, and the iterator.
    [C] Limit<C>
}

impl<C, Y, M> HasError<Limited<Listed<M>>> for Limit<C>
where
    C: IntoIterator<Item = Y>,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = Vec<Y::Value>;
}

forward_error!([Q S] Limit<HashMap<Q, Y, S>>: Limited<Mapped<M>> => HashMap<Q, Y::Value, S>);
forward_error!([Q] Limit<BTreeMap<Q, Y>>: Limited<Mapped<M>> => BTreeMap<Q, Y::Value>);
