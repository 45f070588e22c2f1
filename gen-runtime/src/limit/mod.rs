//! [`limit`]: a limited number of children runs at a time.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`limit`] and [`Limit`], for lists, streams and maps |
//! | `pending.rs` | the future that a coroutine waits for |
//! | `as_completed.rs` | the results as they come: [`AsCompleted`] |
//! | `feed.rs` | the running children, and the source of the next ones: for both |
//! | `source.rs` | the sources of the children: an iterator or a stream |
//! | `errors.rs` | the error of a limit of 0 |

mod as_completed;
mod errors;
mod feed;
mod pending;
mod source;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::vec::IntoIter;

use futures_core::Stream;

pub use self::as_completed::{AsCompleted, NextCompleted};
pub use self::errors::ZeroLimitError;
use self::pending::LimitPending;
pub use self::source::Streamed;
use self::source::{ColdChildren, StreamedChildren};
use crate::coroutine::{Frame, FrameKind};
use crate::kinds::{Listed, Mapped};
use crate::parallel::List;
use crate::yieldable::join::joinable;
use crate::yieldable::HasError;
use crate::{parallel, Yieldable};

/// Runs yieldables in parallel, but at most `at_once` at a time.
///
/// Of a list, another iterator or a [`Stream`] it gives a `Vec` of the results, in the order of the
/// children or [as they come](Limit::unordered). Of a map it gives a map with the same keys. A
/// child is taken from the iterator or the stream and started when there is room for it. So they
/// can make coroutines one by one, and these need not all exist at once.
///
/// [`as_completed`](Limit::as_completed) gives each result as soon as it is ready.
///
/// Errors follow the rule of [`multi`](crate::multi()): all children run to their end, the first
/// error in the order of the children is raised, and the others are logged and kept.
/// `gen::multi(gen::limit(..))` has the same options as a list: `quiet`, `settle`, and `fail_fast`,
/// which starts no more children after a failure.
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
///     // Fetches ten pages, three at a time.
///     yield_!(gen::limit(3, (0..10).map(fetch)))
/// }
/// assert_eq!(gen::run_sync(body()).unwrap()[9], 90);
/// ```
///
/// The children of a stream begin as it gives them. While `at_once` children run, the stream is not
/// polled, so a channel behind it fills up and makes its senders wait. The yield is ready when the
/// stream has ended, and so have its children.
///
/// ```
/// use futures::{stream, StreamExt};
/// use gen::yield_;
/// # #[gen::coroutine]
/// # fn fetch(page: u32) -> gen::Result<u32> {
/// #     yield_!(gen::moment())?;
/// #     Ok(page * 10)
/// # }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<Vec<u32>> {
///     // The pages that a channel, a socket or another coroutine names.
///     let pages = stream::iter(0..10);
///     yield_!(gen::limit(3, pages.map(fetch)))
/// }
/// assert_eq!(gen::run_sync(body()).unwrap()[9], 90);
/// ```
///
/// If a hundred children have ended in one poll, and more are to be started, the yield is pending
/// and wakes itself, so that other tasks can run. So a timeout or a cancellation arrives even if
/// all children are ready.
///
/// Every yieldable can be a child, except a yield point, which belongs to the yield of its
/// coroutine.
///
/// # Errors
///
/// The errors of the children, and [`ZeroLimitError`] if `at_once` is 0.
///
/// # Panics
///
/// A child that panics fails with [`Panicked`](crate::Panicked). The other children go on, and the
/// remaining ones are started. A panic of the iterator or the stream is a panic of the yield.
///
/// # Cancellation
///
/// A [cancellation](crate::JoinHandle::cancel) of the yield goes to the children that are running.
/// The yield waits for their end, and starts no more children. It does not reach a stream, which is
/// dropped with the yield. Dropping the yield drops the running children and the iterator or the
/// stream. The failures that children already had are logged in one record, as
/// with [`multi`](crate::multi()).
///
/// # Outside a coroutine
///
/// [`join`](Limit::join) makes a future of it: `gen::limit(..).join().await`.
#[doc(alias("buffer_unordered", "Semaphore"))]
pub fn limit<C>(at_once: usize, children: C) -> Limit<C> {
    Limit { at_once, children, in_order: true }
}

/// A yieldable that runs a limited number of its children at a time: made by [`limit`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Limit<C> {
    at_once: usize,
    children: C,
    in_order: bool,
}

impl<C> Limit<C> {
    /// Gives the results in the order in which they come, and raises the first error in time.
    ///
    /// It has no effect on a map, whose results have keys.
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

    /// Each child also waits for a turn of the rate before it begins.
    ///
    /// It is for lists, other iterators and streams. A child that waits for its turn is one of
    /// those that run at a time. The children take their turns in their order, in line with all
    /// others that use the same rate.
    ///
    /// ```
    /// use gen::sync::{Quota, Rate};
    /// use gen::yield_;
    /// use std::num::NonZeroU32;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn fetch(page: u32) -> gen::Result<u32> {
    ///     yield_!(gen::sleep(Duration::from_millis(20)))?;
    ///     Ok(page * 10)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<Vec<u32>> {
    ///     // At most three at a time, and at most ten a second, without bursts.
    ///     let quota = Quota::per_second(NonZeroU32::new(10).expect("it is not 0"));
    ///     let rate = Rate::new(quota.allow_burst(NonZeroU32::MIN));
    ///     yield_!(gen::limit(3, (0..31).map(fetch)).rate(&rate))
    /// }
    /// let clock = gen::VirtualClock::new();
    /// let began = clock.now();
    /// gen::IoLoop::with_clock(clock.clone()).run_sync(body()).unwrap();
    /// assert_eq!(clock.now() - began, Duration::from_millis(3020));
    /// ```
    ///
    /// # Errors
    ///
    /// A child that has to wait where there is no timer fails with [`NoHost`](crate::NoHost).
    ///
    /// # Cancellation
    ///
    /// A child that waits for its turn is dropped, and uses nothing of the quota.
    #[cfg(all(feature = "governor", not(loom)))]
    #[track_caller]
    pub fn rate(self, rate: &crate::rate::Rate) -> Limit<crate::rate::AtRate<C>> {
        let children = crate::rate::AtRate::new(self.children, rate, std::panic::Location::caller());
        Limit { at_once: self.at_once, children, in_order: self.in_order }
    }
}

/// The kind of a [`limit`] whose children have the kind `M`.
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
impl<C, Y, M, Mode, K> Yieldable<Limited<Streamed<M>>, Mode, K> for Limit<C>
where
    C: Stream<Item = Y>,
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = Vec<Y::Output>;
    type Pending = LimitPending<StreamedChildren<C, M, Mode>, Y::Pending, Y::Output, List>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        LimitPending::new(self.at_once, StreamedChildren::new(self.children), List, self.in_order)
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
    /// Makes a future of it, for use outside a coroutine: `gen::limit(..).join().await`.
    ///
    /// ```
    /// async fn pages() -> gen::Result<Vec<u32>> {
    ///     let fetch = |page: u32| async move { Ok::<_, gen::Error>(page * 10) };
    ///     gen::limit(3, (0..10).map(fetch)).join().await
    /// }
    /// assert_eq!(gen::run_sync(pages()).unwrap()[9], 90);
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of the yield. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the running children and the iterator or the stream.
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

impl<C, Y, M> HasError<Limited<Streamed<M>>> for Limit<C>
where
    C: Stream<Item = Y>,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = Vec<Y::Value>;
}

impl<Q, Y, S, M> HasError<Limited<Mapped<M>>> for Limit<HashMap<Q, Y, S>>
where
    Q: Hash + Eq + Debug,
    Y: HasError<M>,
    S: BuildHasher + Clone,
{
    type Err = Y::Err;
    type Value = HashMap<Q, Y::Value, S>;
}

impl<Q, Y, M> HasError<Limited<Mapped<M>>> for Limit<BTreeMap<Q, Y>>
where
    Q: Ord + Debug,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = BTreeMap<Q, Y::Value>;
}
