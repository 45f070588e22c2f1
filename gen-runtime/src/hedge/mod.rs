//! [`hedge`]: further tries are started while the earlier ones are slow, and the first success
//! counts.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`hedge`] and [`Hedge`] |
//! | `pending.rs` | the future that a coroutine waits for |
//! | `start.rs` | makes the future of the next try |
//! | `errors.rs` | the error of a hedge without a try |

mod errors;
mod pending;
mod start;

use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

pub use self::errors::ZeroTriesError;
use self::pending::{Hedging, SettledHedge};
use self::start::Starts;
use crate::coroutine::{Frame, FrameKind};
use crate::opaque::opaque_debug;
use crate::parallel::{FirstAndOthers, Losers, RaceOptions};
use crate::report::{QuietError, QuietTypes};
use crate::yieldable::join::joinable;
use crate::yieldable::HasError;
use crate::Yieldable;

/// Starts a try, and another one each time that `after` passes without a success, at most `tries`
/// in all. Gives the value of the first success.
///
/// `start` makes one try: a coroutine, or any other yieldable. The first try starts at once. The
/// next one starts when `after` has passed since the last start, or as soon as a try fails. The
/// earlier tries go on meanwhile. When one has succeeded, the others are dropped, or
/// [cancelled](Hedge::cancel).
///
/// So one slow answer in a hundred costs little more than `after`. The work is done more than once
/// then: take a time that most tries need not wait for, and work that may be done twice.
///
/// ```
/// use gen::yield_;
/// use std::cell::Cell;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn fetch(server: u32) -> gen::Result<u32> {
///     // The first server hangs, and the second one is down.
///     match server {
///         1 => yield_!(gen::sleep(Duration::from_secs(3600)))?,
///         2 => gen::bail!("no route"),
///         _ => yield_!(gen::sleep(Duration::from_millis(10)))?,
///     }
///     Ok(server)
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<u32> {
///     let mut server = 0;
///     let next = || {
///         server += 1;
///         fetch(server)
///     };
///     yield_!(gen::hedge(Duration::from_millis(100), 3, next))
/// }
/// let clock = gen::VirtualClock::new();
/// let began = clock.now();
/// let server = gen::IoLoop::with_clock(clock.clone()).run_sync(body()).unwrap();
/// assert_eq!((server, clock.now() - began), (3, Duration::from_millis(110)));
/// ```
///
/// The value does not say which try it is from. Where this matters, `start` counts, as above, or
/// [`settle`](Hedge::settle) gives the number. [`quiet`](Hedge::quiet) keeps failures out of the
/// log.
///
/// [`first_ok`](fn@crate::first_ok) starts all its children at once.
///
/// # Errors
///
/// If each of the `tries` has failed, the error of the first one. Its
/// [`others`](crate::Error::others) hold the errors of the others, by the number of the try from 0.
/// They are also logged in one record, as with [`multi`](crate::multi()). If the yield was
/// cancelled, and no try has succeeded all the same, the error is the
/// [cancellation](crate::Cancelled). [`ZeroTriesError`] if `tries` is 0, and
/// [`NoHost`](crate::NoHost) if it has to wait where there is no timer; its others are the failures
/// so far.
///
/// If a try succeeds, the failures that came before any cancellation are logged in one record, at
/// `DEBUG` only. Those that came after one, such as failed clean-ups, are logged in one record at
/// `ERROR`. Those that only say that a try was cancelled are logged at `DEBUG`.
///
/// # Panics
///
/// A try that panics has failed with [`Panicked`](crate::Panicked). A panic of `start` is a panic
/// of the yield.
///
/// # Cancellation
///
/// A cancellation of the yield goes to each try that is running, and the yield waits for their end.
/// No more tries are started. If one of them succeeds all the same, the yield gives its value.
/// Dropping the yield drops the tries; the failures so far are logged in one record.
///
/// # Outside a coroutine
///
/// [`join`](Hedge::join) makes a future of it: `gen::hedge(..).join().await`.
#[doc(alias("retry", "speculative", "backup_request"))]
pub fn hedge<F>(after: Duration, tries: usize, start: F) -> Hedge<F> {
    Hedge { after, tries, start, losers: Losers::Dropped, quiet: PhantomData }
}

/// A yieldable that starts further tries while the earlier ones are slow: made by [`hedge`].
#[must_use = "nothing runs until it is yielded"]
pub struct Hedge<F, Q = ()> {
    after: Duration,
    tries: usize,
    start: F,
    losers: Losers,
    quiet: PhantomData<fn() -> Q>,
}

impl<F: Clone, Q> Clone for Hedge<F, Q> {
    fn clone(&self) -> Self {
        Hedge { start: self.start.clone(), ..*self }
    }
}

opaque_debug!([F, Q] Hedge<F, Q>);

impl<F, Q> Hedge<F, Q> {
    /// Does not log errors of type `E`.
    ///
    /// These are the failures of tries that do not count, those that are not raised when all have
    /// failed, and those that are dropped with the yield. The [`others`](crate::Error::others) of a
    /// raised error still hold them. Call it again for another type; `quiet::<gen::Error>()` means
    /// every error.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    /// use std::num::ParseIntError;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn number() -> gen::Result<u8> {
    ///     let start = || ready("x".parse::<u8>());
    ///     yield_!(gen::hedge(Duration::from_secs(1), 2, start).quiet::<ParseIntError>())
    /// }
    /// let error = gen::run_sync(number()).unwrap_err(); // nothing is logged
    /// assert_eq!(error.others().len(), 1);
    /// ```
    pub fn quiet<E>(self) -> Hedge<F, (E, Q)>
    where
        E: QuietError,
    {
        let Hedge { after, tries, start, losers, .. } = self;
        Hedge { after, tries, start, losers, quiet: PhantomData }
    }

    /// Also gives the number of the try, and the results of the other tries that have ended.
    ///
    /// The yield gives the pair of the first success and a list. Each of them has the number of its
    /// try, from 0. In the list are the tries that have failed before, and after
    /// [`cancel`](Self::cancel) those that were cancelled. Tries that were dropped have no result.
    /// None of the failures is logged.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::future::ready;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<()> {
    ///     let mut texts = ["x", "2"].into_iter();
    ///     let start = || ready(texts.next().unwrap_or("3").parse::<u8>());
    ///     let hedge = gen::hedge(Duration::from_secs(1), 3, start).settle();
    ///     let ((number, value), losers) = yield_!(hedge)?;
    ///     assert_eq!((number, value), (1, 2));
    ///     assert!(losers.len() == 1 && losers[0].0 == 0 && losers[0].1.is_err());
    ///     Ok(())
    /// }
    /// gen::run_sync(body()).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of [`hedge`]: if each try has failed, the yield fails.
    pub fn settle(self) -> HedgeSettled<F, Q> {
        HedgeSettled { hedge: self }
    }

    /// Cancels the other tries when one has succeeded, and waits for their end.
    ///
    /// It is [`FirstOf::cancel`](crate::FirstOf::cancel), with its rules about which tries can take
    /// the cancellation. The errors of clean-ups are logged in one record.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::cell::Cell;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn order(seconds: u64, orders: &Cell<i32>) -> gen::Result {
    ///     orders.set(orders.get() + 1);
    ///     let confirmed = yield_!(gen::sleep(Duration::from_secs(seconds)));
    ///     if confirmed.is_err() {
    ///         yield_!(gen::sleep(Duration::from_secs(1)))?; // withdraws the order
    ///         orders.set(orders.get() - 1);
    ///     }
    ///     confirmed
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<i32> {
    ///     let orders = Cell::new(0);
    ///     let mut delays = [60, 1].into_iter();
    ///     let next = || order(delays.next().unwrap_or(1), &orders);
    ///     yield_!(gen::hedge(Duration::from_secs(2), 2, next).cancel())?;
    ///     Ok(orders.get())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), 1);
    /// ```
    #[track_caller]
    pub fn cancel(self) -> Self {
        Hedge { losers: Losers::Cancelled(Location::caller()), ..self }
    }
}

/// The kind of a [`hedge`] whose tries have the kind `M`.
#[derive(Debug)]
pub struct Hedged<M>(PhantomData<M>);

impl<F, Q, Y, M, Mode, K> Yieldable<Hedged<M>, Mode, K> for Hedge<F, Q>
where
    F: FnMut() -> Y,
    Q: QuietTypes,
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Hedging<Starts<F, M, Mode>, Y::Pending, Y::Output>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        let options = RaceOptions { losers: self.losers, is_quiet: Q::include };
        Hedging::new(self.after, self.tries, Starts::new(self.start), options)
    }
}

impl<F, Q, Y, M> HasError<Hedged<M>> for Hedge<F, Q>
where
    F: FnMut() -> Y,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = Y::Value;
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::hedge(..).join().await`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// async fn answer() -> gen::Result<u8> {
    ///     let start = || async { Ok::<u8, gen::Error>(42) };
    ///     gen::hedge(Duration::from_secs(1), 2, start).join().await
    /// }
    /// assert_eq!(gen::run_sync(answer()).unwrap(), 42);
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of the yield. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the tries.
    [F, Q] Hedge<F, Q>
}

/// A [`hedge`] that also gives the results of the other tries: made by [`Hedge::settle`].
#[derive(Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct HedgeSettled<F, Q = ()> {
    hedge: Hedge<F, Q>,
}

opaque_debug!([F, Q] HedgeSettled<F, Q>);

impl<F, Q, Y, M, Mode, K> Yieldable<Hedged<M>, Mode, K> for HedgeSettled<F, Q>
where
    F: FnMut() -> Y,
    Q: QuietTypes,
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = FirstAndOthers<usize, Y::Output>;
    type Pending = SettledHedge<Starts<F, M, Mode>, Y::Pending, Y::Output>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        SettledHedge::new(self.hedge.into_pending(frame))
    }
}

impl<F, Q, Y, M> HasError<Hedged<M>> for HedgeSettled<F, Q>
where
    F: FnMut() -> Y,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = FirstAndOthers<usize, Y::Value>;
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::hedge(..).settle().join().await`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// async fn answer() -> gen::Result<u8> {
    ///     let start = || async { Ok::<u8, gen::Error>(42) };
    ///     let hedge = gen::hedge(Duration::from_secs(1), 2, start).settle();
    ///     let ((number, answer), _) = hedge.join().await?;
    ///     assert_eq!(number, 0);
    ///     Ok(answer)
    /// }
    /// assert_eq!(gen::run_sync(answer()).unwrap(), 42);
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of the yield. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the tries.
    [F, Q] HedgeSettled<F, Q>
}
