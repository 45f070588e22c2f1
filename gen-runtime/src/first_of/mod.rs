//! [`first_of`]: the first of several children that ends; [`first_ok`]: the first that succeeds.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`first_of`] and [`FirstOf`] |
//! | `ok.rs` | [`first_ok`], [`FirstOk`], and the one that settles |
//! | `containers.rs` | races of lists and of maps |
//! | `tuple.rs` | races of tuples |
//! | `one_of.rs` | the results of tuples: [`OneOf2`] to [`OneOf8`] |
//! | `arity.rs` | the numbers of children that a tuple may have |

mod arity;
mod containers;
mod ok;
mod one_of;
mod tuple;

use std::marker::PhantomData;
use std::panic::Location;

pub use self::ok::{first_ok, FirstOk, FirstOkSettled};
pub use self::one_of::{OneOf2, OneOf3, OneOf4, OneOf5, OneOf6, OneOf7, OneOf8};
pub use crate::parallel::{FirstOfNoneError, FirstOkNoneError};
use crate::parallel::{Losers, RaceOptions};
use crate::report::nothing;
use crate::yieldable::join::joinable;

/// Runs yieldables in parallel, and gives the result of the first one that ends.
///
/// | children | result |
/// |---|---|
/// | a list or another iterator | `(position, value)` |
/// | a map | `(key, value)` |
/// | a tuple of two to eight children, whose values may have different types | [`OneOf2`] to [`OneOf8`]: an enum with a variant for each child |
///
/// If the first child that ends has failed, the yield fails with its error; [`first_ok`] waits for
/// the first one that succeeds. The other children are dropped, or [cancelled](FirstOf::cancel).
///
/// Children are polled in order, and no further than to one that is ready. So if two are ready, the
/// first one wins, and the children after it are not even started.
///
/// ```
/// use gen::yield_;
/// use std::collections::BTreeMap;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn mirror(seconds: u64) -> gen::Result<u64> {
///     yield_!(gen::sleep(Duration::from_secs(seconds)))?;
///     Ok(seconds)
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<()> {
///     let list = [mirror(3), mirror(1), mirror(2)];
///     let (position, _) = yield_!(gen::first_of(list))?;
///     assert_eq!(position, 1);
///     let map = BTreeMap::from([("near", mirror(1)), ("far", mirror(9))]);
///     let (name, _) = yield_!(gen::first_of(map))?;
///     assert_eq!(name, "near");
///     Ok(())
/// }
/// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body()).unwrap();
/// ```
///
/// The result of a tuple is matched. If all values have one type,
/// [`into_inner`](OneOf2::into_inner) gives the value itself:
///
/// ```
/// use gen::{yield_, OneOf2};
/// use std::future::pending;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn answer(text: &str) -> gen::Result<String> {
///     yield_!(gen::sleep(Duration::from_secs(1)))?;
///     Ok(text.to_owned())
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<()> {
///     // Not `with_timeout`, which would make an error of the end of the time.
///     let patience = gen::sleep(Duration::from_secs(5));
///     match yield_!(gen::first_of((answer("yes"), patience)))? {
///         OneOf2::First(text) => assert_eq!(text, "yes"),
///         OneOf2::Second(()) => unreachable!("the answer takes one second"),
///     }
///     let answers = (answer("yes"), pending::<gen::Result<String>>());
///     let text = yield_!(gen::first_of(answers))?.into_inner();
///     assert_eq!(text, "yes");
///     Ok(())
/// }
/// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body()).unwrap();
/// ```
///
/// Either all children of a tuple can fail or none can: [`gen::ok`](crate::ok) makes one that can
/// of a future that cannot.
///
/// # Errors
///
/// The error of the first child that ends, and [`FirstOfNoneError`] if there are no children.
///
/// There is no `quiet`, as [`first_ok`] has it. The first child to end gives the result of the
/// yield, and the others are dropped before they have one, so nothing is logged. Children that are
/// cancelled, by [`cancel`](FirstOf::cancel) or with the yield, may fail in their clean-up, and
/// such an error is always logged.
///
/// # Panics
///
/// A child that panics ends with [`Panicked`](crate::Panicked). If it is the first to end, this is
/// the error of the yield. If the destructor of another child panics, the panic is logged, and the
/// yield gives the value of the first one.
///
/// # Cancellation
///
/// When the first child has ended, the others are dropped, or cancelled (see [`FirstOf::cancel`]).
/// Dropping the yield drops all children. The task of a [`JoinHandle`](crate::JoinHandle) goes on
/// when the handle is dropped, and its failure is logged.
///
/// # Outside a coroutine
///
/// [`join`](FirstOf::join) makes a future of it: `gen::first_of(..).join().await`.
#[doc(alias("select", "race", "any", "Either", "FIRST_COMPLETED"))]
pub fn first_of<C>(children: C) -> FirstOf<C> {
    FirstOf { children, losers: Losers::Dropped }
}

/// A yieldable that gives the first result of its children: made by [`first_of`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct FirstOf<C> {
    children: C,
    losers: Losers,
}

impl<C> FirstOf<C> {
    fn options(&self) -> RaceOptions {
        RaceOptions { losers: self.losers, is_quiet: nothing }
    }

    /// Cancels the other children when the first one has ended, and waits for their end.
    ///
    /// So they may clean up. Each of them is resumed with [`Cancelled`](crate::Cancelled), whose
    /// source is [`Sibling`](crate::CancelSource::Sibling). A plain future cannot take the
    /// cancellation, and is dropped. So is a child that was not started. The task of a
    /// [`JoinHandle`](crate::JoinHandle) goes on. The errors with which the other children end are
    /// logged in one record. Those that only say that a child was cancelled are logged at `DEBUG`.
    ///
    /// ```
    /// use gen::{yield_, Cancelled};
    /// use std::cell::Cell;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn reserve(seconds: u64, reserved: &Cell<i32>) -> gen::Result<u64> {
    ///     reserved.set(reserved.get() + 1);
    ///     let outcome = yield_!(gen::sleep(Duration::from_secs(seconds)));
    ///     if outcome.is_err() {
    ///         // The clean-up takes time.
    ///         yield_!(gen::sleep(Duration::from_secs(1)))?;
    ///         reserved.set(reserved.get() - 1);
    ///     }
    ///     outcome.map(|()| seconds)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<i32> {
    ///     let reserved = Cell::new(0);
    ///     let children = [5, 1, 9].map(|seconds| reserve(seconds, &reserved));
    ///     yield_!(gen::first_of(children).cancel())?;
    ///     Ok(reserved.get())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// A child that panics in its clean-up fails with [`Panicked`](crate::Panicked), which is
    /// logged. The other children go on, and the yield gives the value of the first one.
    ///
    /// # Cancellation
    ///
    /// If the yield is dropped before the last clean-up has ended, the value of the first child is
    /// dropped too. The errors of all children that have failed are logged in one record.
    #[track_caller]
    pub fn cancel(self) -> Self {
        FirstOf { losers: Losers::Cancelled(Location::caller()), ..self }
    }
}

/// The kind of a [`first_of`] or a [`first_ok`] whose children have the kind `M`.
#[derive(Debug)]
pub struct Raced<M>(PhantomData<M>);

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::first_of(..).join().await`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// async fn nearest() -> gen::Result<usize> {
    ///     let mirrors = [3, 1, 2].map(|seconds| gen::sleep(Duration::from_secs(seconds)));
    ///     let (position, ()) = gen::first_of(mirrors).join().await?;
    ///     Ok(position)
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(nearest()).unwrap(), 1);
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of the yield. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the children.
    [C] FirstOf<C>
}
