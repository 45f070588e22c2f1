//! [`every`]: ticks at equal distances.
//!
//! Tick `n` is due `n` periods after the call of `every`, whatever the ticks before it took. So the
//! ticks do not drift. If some were not taken in time, `next` gives the last one that is due, after
//! a [`moment`], and says how many came before it. The moment lets other tasks run, and a
//! cancellation arrive, even if the body takes longer than a period each time.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::{Duration, Instant};

use super::moment::{moment, Moment};
use super::now::now;
use super::sleep::Sleep;
use crate::executor::host;
use crate::Result;

/// Ticks at equal distances: yield [`next`](Every::next) in a loop.
///
/// The first tick comes one `period` after this call. (It comes one after the first `next`, if at
/// this call there is neither a loop nor a runtime of tokio, nor async-io by the feature `smol`.)
/// The ticks do not drift: the time that the body takes between two of them does not delay those
/// that follow. If it takes longer than a period, the ticks that were missed are skipped, and the
/// next one says how many they were. (A `PeriodicCallback` of Tornado skips them, too.)
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn body() -> gen::Result {
///     let mut ticks = gen::every(Duration::from_secs(10));
///     assert_eq!(yield_!(ticks.next())?.number(), 1);
///     // Of the ticks after 20, 30 and 40 seconds, the last one is given, late.
///     yield_!(gen::sleep(Duration::from_secs(35)))?;
///     let tick = yield_!(ticks.next())?;
///     assert_eq!((tick.number(), tick.missed()), (4, 2));
///     // It is not delayed by that.
///     let tick = yield_!(ticks.next())?;
///     assert_eq!((tick.number(), tick.missed()), (5, 0));
///     Ok(())
/// }
/// let clock = gen::VirtualClock::new();
/// let began = clock.now();
/// gen::IoLoop::with_clock(clock.clone()).run_sync(body()).unwrap();
/// assert_eq!((clock.now() - began).as_secs(), 50);
/// ```
///
/// # Panics
///
/// If the period is zero.
#[doc(alias("interval", "PeriodicCallback"))]
#[track_caller]
pub fn every(period: Duration) -> Every {
    assert!(!period.is_zero(), "the ticks of `gen::every` need a period that is not zero");
    Every { began: host::time().map(|host| host.now()), period, given: 0, wait: None }
}

/// Ticks at equal distances: made by [`every`].
#[derive(Debug)]
#[must_use = "nothing ticks until `next` is yielded"]
pub struct Every {
    /// `None` if there was no clock, until the first wait.
    began: Option<Instant>,
    period: Duration,
    /// The number of the last tick that was given.
    given: u64,
    /// The wait for the tick after it.
    wait: Option<Wait>,
}

#[derive(Debug)]
enum Wait {
    Sleep(Sleep),
    /// The tick is due.
    Moment(Moment),
}

/// A tick of [`every`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    number: u64,
    missed: u64,
}

impl Tick {
    /// The number of periods after the call of [`every`] at which the tick was due.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The number of ticks that were skipped before this one, because they were not taken in time.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed
    }
}

impl Every {
    /// Returns a future of the next tick.
    ///
    /// If the tick is due already, the future takes a [`moment`](crate::moment()). A tick so late
    /// that no [`Instant`] can hold it never comes.
    ///
    /// # Errors
    ///
    /// [`NoHost`](crate::NoHost) if it has to wait where there is no timer.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no tick: the next call goes on where this one was.
    #[expect(
        clippy::should_implement_trait,
        reason = "it has the name of the method of `WaitIterator`, and returns a future, unlike `Iterator::next`"
    )]
    pub fn next(&mut self) -> NextTick<'_> {
        NextTick { every: self }
    }

    /// When that tick is due; `None`, which means never, if it is too late for an `Instant`.
    fn due(&self, began: Instant, number: u64) -> Option<Instant> {
        let nanos = self.period.as_nanos().checked_mul(u128::from(number))?;
        let after = Duration::from_nanos(u64::try_from(nanos).ok()?);
        began.checked_add(after)
    }

    /// The wait for that tick.
    fn wait_for(&self, began: Instant, number: u64) -> Wait {
        match self.due(began, number) {
            Some(due) if due <= now() => Wait::Moment(moment()),
            due => Wait::Sleep(Sleep::until(due)),
        }
    }

    /// The number of the last tick that is due.
    fn last_due(&self, began: Instant) -> u64 {
        let passed = now().saturating_duration_since(began).as_nanos();
        u64::try_from(passed / self.period.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The future of [`Every::next`].
#[derive(Debug)]
#[must_use = "it does nothing unless it is yielded or awaited"]
pub struct NextTick<'a> {
    every: &'a mut Every,
}

impl Future for NextTick<'_> {
    type Output = Result<Tick>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Tick>> {
        let every = &mut *self.every;
        let began = *every.began.get_or_insert_with(now);
        let next = every.given.saturating_add(1);
        let wait = every.wait.take().unwrap_or_else(|| every.wait_for(began, next));
        match every.wait.insert(wait) {
            Wait::Sleep(sleep) => ready!(Pin::new(sleep).poll(cx))?,
            Wait::Moment(moment) => ready!(Pin::new(moment).poll(cx))?,
        }
        every.wait = None;
        let number = every.last_due(began).max(next);
        let missed = number - next;
        every.given = number;
        Poll::Ready(Ok(Tick { number, missed }))
    }
}
