//! [`first_ok`]: the first of several children that succeeds.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::Raced;
use crate::coroutine::{Frame, FrameKind};
use crate::parallel::{FirstAndOthers, Losers, RaceOptions, Settles};
use crate::report::{QuietError, QuietTypes};
use crate::yieldable::join::joinable;
use crate::yieldable::HasError;
use crate::Yieldable;

/// Runs yieldables in parallel, and gives the value of the first one that succeeds.
///
/// | children | result |
/// |---|---|
/// | a list or another iterator | `(position, value)` |
/// | a map | `(key, value)` |
/// | a tuple of two to eight children, whose values may have different types | [`OneOf2`](crate::OneOf2) to [`OneOf8`](crate::OneOf8): an enum with a variant for each child |
///
/// It is [`first_of`](crate::first_of()), except that a child which fails does not end the yield.
/// As soon as one has succeeded, the others are dropped, or [cancelled](FirstOk::cancel).
/// [`settle`](FirstOk::settle) also gives the results of the others, and [`quiet`](FirstOk::quiet)
/// keeps failures out of the log.
///
/// Children are polled in order, and no further than to one that has succeeded.
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn mirror(name: &str, seconds: u64, is_up: bool) -> gen::Result<&str> {
///     yield_!(gen::sleep(Duration::from_secs(seconds)))?;
///     gen::ensure!(is_up, "{name} is down");
///     Ok(name)
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<()> {
///     let mirrors = [mirror("near", 1, false), mirror("far", 5, true)];
///     assert_eq!(yield_!(gen::first_ok(mirrors))?, (1, "far"));
///
///     // All fail: the first one in the order of the children is raised.
///     let mirrors = [mirror("near", 2, false), mirror("far", 1, false)];
///     let error = yield_!(gen::first_ok(mirrors)).unwrap_err();
///     assert_eq!(error.to_string(), "near is down");
///     assert_eq!(error.others()[0].to_string(), "[1]: far is down");
///     Ok(())
/// }
/// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body()).unwrap();
/// ```
///
/// [`hedge`](fn@crate::hedge) starts its children one after the other, while the earlier ones are
/// slow.
///
/// # Errors
///
/// If each child has failed, the first error in the order of the children. Its
/// [`others`](crate::Error::others) hold the errors of the others, which are also logged in one
/// record, as with [`multi`](crate::multi()). If the yield was cancelled, and no child has
/// succeeded all the same, the error is the [cancellation](crate::Cancelled). Without children it
/// is [`FirstOkNoneError`](crate::FirstOkNoneError).
///
/// If a child succeeds, the failures that came before any cancellation are logged in one record, at
/// `DEBUG` only. Those that came after one, such as failed clean-ups, are logged in one record at
/// `ERROR`. Those that only say that a child was cancelled are logged at `DEBUG`.
///
/// # Panics
///
/// A child that panics has failed with [`Panicked`](crate::Panicked). If the destructor of a child
/// panics, the panic is logged, and the yield gives the value of the first one.
///
/// # Cancellation
///
/// As with [`first_of`](crate::first_of()): when a child has succeeded, the others are dropped, or
/// cancelled. A cancellation of the yield goes to each child, and the yield waits for their end. If
/// one of them succeeds all the same, the yield gives its value. Dropping the yield drops all
/// children; the failures so far are logged in one record.
///
/// # Outside a coroutine
///
/// [`join`](FirstOk::join) makes a future of it: `gen::first_ok(..).join().await`.
#[doc(alias("select_ok", "race_ok", "Promise::any", "any"))]
pub fn first_ok<C>(children: C) -> FirstOk<C> {
    FirstOk { children, losers: Losers::Dropped, quiet: PhantomData }
}

/// A yieldable that gives the first success of its children: made by [`first_ok`].
#[must_use = "nothing runs until it is yielded"]
pub struct FirstOk<C, Q = ()> {
    pub(super) children: C,
    losers: Losers,
    quiet: PhantomData<fn() -> Q>,
}

impl<C: Clone, Q> Clone for FirstOk<C, Q> {
    fn clone(&self) -> Self {
        FirstOk { children: self.children.clone(), ..*self }
    }
}

impl<C: fmt::Debug, Q> fmt::Debug for FirstOk<C, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstOk").field("children", &self.children).field("losers", &self.losers).finish()
    }
}

impl<C, Q: QuietTypes> FirstOk<C, Q> {
    pub(super) fn options(&self) -> RaceOptions {
        RaceOptions { losers: self.losers, is_quiet: Q::include }
    }
}

impl<C, Q> FirstOk<C, Q> {
    /// Does not log errors of type `E`.
    ///
    /// These are the failures of children that do not count, those that are not raised when all
    /// have failed, and those that are dropped with the yield. The
    /// [`others`](crate::Error::others) of a raised error still hold them. Call it again for
    /// another type; `quiet::<gen::Error>()` means every error.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    /// use std::num::ParseIntError;
    ///
    /// #[gen::coroutine]
    /// fn number() -> gen::Result<(usize, u8)> {
    ///     let numbers = ["x", "y"].map(|text| ready(text.parse::<u8>()));
    ///     yield_!(gen::first_ok(numbers).quiet::<ParseIntError>())
    /// }
    /// let error = gen::run_sync(number()).unwrap_err(); // nothing is logged
    /// assert_eq!(error.others().len(), 1);
    /// ```
    pub fn quiet<E>(self) -> FirstOk<C, (E, Q)>
    where
        E: QuietError,
    {
        FirstOk { children: self.children, losers: self.losers, quiet: PhantomData }
    }

    /// Cancels the other children when one has succeeded, and waits for their end.
    ///
    /// It is [`FirstOf::cancel`](crate::FirstOf::cancel), with its rules about which children can
    /// take the cancellation. The errors of clean-ups are logged in one record.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::cell::Cell;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn order(seconds: u64, orders: &Cell<i32>) -> gen::Result<u64> {
    ///     orders.set(orders.get() + 1);
    ///     let confirmed = yield_!(gen::sleep(Duration::from_secs(seconds)));
    ///     if confirmed.is_err() {
    ///         yield_!(gen::sleep(Duration::from_secs(1)))?; // withdraws the order
    ///         orders.set(orders.get() - 1);
    ///     }
    ///     confirmed.map(|()| seconds)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<i32> {
    ///     let orders = Cell::new(0);
    ///     let all = [5, 1, 9].map(|seconds| order(seconds, &orders));
    ///     yield_!(gen::first_ok(all).cancel())?;
    ///     Ok(orders.get())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), 1);
    /// ```
    #[track_caller]
    pub fn cancel(self) -> Self {
        FirstOk { losers: Losers::Cancelled(Location::caller()), ..self }
    }

    /// Also gives the results of the other children that have ended, in their order.
    ///
    /// The yield gives the pair of the first success and a list. Each element of the list is the
    /// position or the key of a child, and its `Result`: the children that have failed before, and
    /// after [`cancel`](Self::cancel) those that were cancelled. The position of a child says which
    /// one of a tuple it is. Children that were dropped have no result. None of the failures is
    /// logged.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<()> {
    ///     let numbers = ["x", "2", "3"].map(|text| ready(text.parse::<u8>()));
    ///     let ((position, number), losers) = yield_!(gen::first_ok(numbers).settle())?;
    ///     assert_eq!((position, number), (1, 2));
    ///     // The third one was not started.
    ///     assert_eq!(losers.len(), 1);
    ///     assert!(losers[0].0 == 0 && losers[0].1.is_err());
    ///     Ok(())
    /// }
    /// gen::run_sync(body()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of [`first_ok`]: if each child has failed, the yield fails.
    pub fn settle(self) -> FirstOkSettled<C, Q> {
        FirstOkSettled { race: self }
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::first_ok(..).join().await`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// async fn nearest() -> gen::Result<usize> {
    ///     let mirrors = [3, 1, 2].map(|seconds| gen::sleep(Duration::from_secs(seconds)));
    ///     let (position, ()) = gen::first_ok(mirrors).join().await?;
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
    [C, Q] FirstOk<C, Q>
}

/// A [`first_ok`] that also gives the results of the other children: made by [`FirstOk::settle`].
#[must_use = "nothing runs until it is yielded"]
pub struct FirstOkSettled<C, Q = ()> {
    race: FirstOk<C, Q>,
}

impl<C: Clone, Q> Clone for FirstOkSettled<C, Q> {
    fn clone(&self) -> Self {
        FirstOkSettled { race: self.race.clone() }
    }
}

impl<C: fmt::Debug, Q> fmt::Debug for FirstOkSettled<C, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstOkSettled").field("race", &self.race).finish()
    }
}

/// The race that a [`FirstOk`] waits for, in a frame of the kind `K`.
type RaceOf<C, Q, M, Mode, K> = <FirstOk<C, Q> as Yieldable<Raced<M>, Mode, K>>::Pending;

/// All containers that [`first_ok`] takes.
#[diagnostic::do_not_recommend]
impl<C, Q, M, Mode, K> Yieldable<Raced<M>, Mode, K> for FirstOkSettled<C, Q>
where
    FirstOk<C, Q>: Yieldable<Raced<M>, Mode, K>,
    RaceOf<C, Q, M, Mode, K>: Settles,
    K: FrameKind,
{
    type Output = <RaceOf<C, Q, M, Mode, K> as Settles>::Output;
    type Pending = <RaceOf<C, Q, M, Mode, K> as Settles>::Settled;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        self.race.into_pending(frame).settled()
    }
}

impl<C, Q, M, N, T> HasError<Raced<M>> for FirstOkSettled<C, Q>
where
    FirstOk<C, Q>: HasError<Raced<M>, Value = (N, T)>,
{
    type Err = <FirstOk<C, Q> as HasError<Raced<M>>>::Err;
    type Value = FirstAndOthers<N, T>;
}

joinable! {
    /// Makes a future of it, for use outside a coroutine:
    /// `gen::first_ok(..).settle().join().await`.
    ///
    /// ```
    /// use std::future::ready;
    ///
    /// async fn number() -> gen::Result<u8> {
    ///     let numbers = ["x", "2"].map(|text| ready(text.parse::<u8>()));
    ///     let ((_, number), losers) = gen::first_ok(numbers).settle().join().await?;
    ///     assert_eq!(losers.len(), 1);
    ///     Ok(number)
    /// }
    /// assert_eq!(gen::run_sync(number()).unwrap(), 2);
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
    [C, Q] FirstOkSettled<C, Q>
}
