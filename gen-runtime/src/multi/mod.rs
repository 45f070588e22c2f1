//! `gen::multi`: several yieldables in parallel, with options for their errors.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`multi`], [`Multi`] |
//! | `options.rs` | the yieldables of `quiet`, `fail_fast` and `settle` |
//!
//! The children are resolved by `../parallel/`.

mod options;

use std::marker::PhantomData;

pub use self::options::{MultiFailFast, MultiQuiet, MultiSettled};
use crate::coroutine::{Frame, FrameKind};
use crate::yieldable::forward_error;
use crate::yieldable::join::joinable;
use crate::Yieldable;

/// A list, map or tuple of yieldables that can have options for its errors: made by [`multi`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Multi<C> {
    children: C,
}

/// The kind of a [`multi`] whose children have the kind `M`.
#[derive(Debug)]
pub struct Grouped<M>(PhantomData<M>);

/// Runs a list, map or tuple in parallel, with options for its errors.
///
/// Without options it is the same as the list, map or tuple itself. The options are
/// [`quiet`](Multi::quiet), [`fail_fast`](Multi::fail_fast) and [`settle`](Multi::settle).
///
/// All children run to their end. If some fail, the yield raises the first error in the order of
/// the children. Its [`others`](crate::Error::others) hold the other errors, which are also logged
/// in one record (target `gen`, level `ERROR`). Errors that only say that a child was
/// [cancelled](crate::Cancelled) are logged in a record of their own, at level `DEBUG`. A failure
/// is logged once, even if several groups have clones of its error, because they wait for the same
/// [`SharedFuture`](crate::SharedFuture).
///
/// Outside a coroutine, [`join`](Multi::join) makes a future of it.
///
/// ```
/// use gen::yield_;
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn parse() -> gen::Result<[u8; 4]> {
///     let numbers = ["1", "x", "3", "y"].map(|text| ready(text.parse::<u8>()));
///     yield_!(gen::multi(numbers))
/// }
/// let error = gen::run_sync(parse()).unwrap_err();
/// assert_eq!(error.others().len(), 1);
/// assert_eq!(error.others()[0].key, gen::ChildKey::Index(3));
/// ```
///
/// # Panics
///
/// A child that panics fails with [`Panicked`](crate::Panicked), as a task does. The other children
/// go on, and the rule for errors applies. The code that gets the error may
/// [resume](crate::Panicked::resume) the panic. The same holds for each list, map, tuple or option
/// that is yielded directly. If the destructor of a child panics, the panic is logged, and the
/// child keeps its result.
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
/// fn halves() -> gen::Result<[u32; 3]> {
///     yield_!(gen::multi([8, 7, 4].map(half)))
/// }
/// let error = gen::run_sync(halves()).unwrap_err();
/// assert_eq!(error.downcast_ref::<gen::Panicked>().unwrap().message(), "7 is odd");
/// ```
///
/// # Cancellation
///
/// A [cancellation](crate::JoinHandle::cancel) of the yield goes to each child that is running, and
/// the yield waits for their end. If the yield is dropped, by a timeout, by a thrown error or with
/// its task, the children are dropped. The failures that some of them already had are logged in one
/// record (target `gen`, level `ERROR`; cancellations at `DEBUG`).
#[doc(alias("join", "join_all", "gather", "Promise::all", "all", "multi_future", "Multi"))]
pub fn multi<C>(children: C) -> Multi<C> {
    Multi { children }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::multi(list).join().await`.
    ///
    /// ```
    /// use std::future::ready;
    ///
    /// let sum = async {
    ///     let numbers = ["1", "2"].map(|text| ready(text.parse::<u8>()));
    ///     let numbers = gen::multi(numbers).join().await?;
    ///     Ok::<u8, gen::Error>(numbers.iter().sum())
    /// };
    /// assert_eq!(gen::run_sync(sum).unwrap(), 3);
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of the yield. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the children: see [`multi`].
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
