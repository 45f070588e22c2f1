//! `gen::multi`: several yieldables at once, and what is said of their errors.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`multi`], [`Multi`] |
//! | `options.rs` | `quiet`, `fail_fast` and `settle`, as yieldables |
//!
//! The engine that resolves the children is in `../parallel/`.

mod options;

use std::marker::PhantomData;

pub use self::options::{MultiFailFast, MultiQuiet, MultiSettled};
use crate::coroutine::{Frame, FrameKind};
use crate::yieldable::forward_error;
use crate::yieldable::join::joinable;
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
/// assert_eq!(error.others()[0].key, gen::ChildKey::Index(3));
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
#[doc(alias("join", "join_all", "gather", "Promise::all", "all", "multi_future", "Multi"))]
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
    K: FrameKind,
{
    type Output = C::Output;
    type Pending = C::Pending;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        self.children.into_pending(frame)
    }
}

forward_error!([] Multi<Y>: Grouped<M>);
