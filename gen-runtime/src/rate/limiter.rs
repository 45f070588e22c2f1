//! [`Rate`], and [`RateTake`]: the future of one turn.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{ready, Context, Poll};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::clock::{HostClock, HostInstant};
use crate::locks::{Acquire, OwnedSemaphorePermit, Semaphore};
use crate::time::{sleep, Sleep};
use crate::Result;

type Limiter = RateLimiter<NotKeyed, InMemoryState, HostClock, NoOpMiddleware<HostInstant>>;

/// Lets at most so many go on in a time, by a [`Quota`] of the crate `governor` (feature
/// `governor`).
///
/// A quota gives turns back one by one: `Quota::per_second(10)` gives one each tenth of a second,
/// and lets ten go on at once when it has rested for a second. `allow_burst` changes that number.
///
/// The clones of a rate are the same rate. Keep one for each server whose limit it is, and
/// [`take`](Self::take) a turn before each request. For a list there is
/// [`limit(..).rate(..)`](crate::Limit::rate).
///
/// ```
/// use gen::sync::{Quota, Rate};
/// use gen::yield_;
/// use std::num::NonZeroU32;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn request(rate: Rate) -> gen::Result {
///     yield_!(rate.take())?;
///     // ..
///     Ok(())
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<Duration> {
///     let ten = NonZeroU32::new(10).expect("it is not 0");
///     let rate = Rate::new(Quota::per_second(ten));
///     let began = gen::IoLoop::current().unwrap().now();
///     yield_!((0..25).map(|_| request(rate.clone())).collect::<Vec<_>>())?;
///     Ok(gen::IoLoop::current().unwrap().now() - began)
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// // Ten at once, and fifteen more, one each tenth of a second.
/// assert_eq!(io_loop.run_sync(body()).unwrap(), Duration::from_millis(1500));
/// ```
///
/// It works on any executor, and across threads. It is fair: turns are given first come, first
/// served, also if some are asked for at one instant.
///
/// # Its clock
///
/// The time is that of the loop where a turn is taken, or of tokio, so a virtual clock governs it.
/// A rate that is used by several loops should see one clock. A clock that is behind that of the
/// first use counts as that instant.
#[derive(Clone)]
pub struct Rate(Arc<Inner>);

struct Inner {
    quota: Quota,
    /// Made at the first use, whose clock it has.
    limiter: OnceLock<Limiter>,
    /// The first one in line has its only permit.
    line: Arc<Semaphore>,
    /// The turns that are in line, with the first one.
    waiting: AtomicUsize,
}

/// `governor` counts nanoseconds in a `u64`, unchecked, from the first use of a rate. Half of that
/// is for the quota, and half for the time that the rate is in use.
const LONGEST: u128 = (u64::MAX / 2) as u128;

impl Rate {
    /// A rate that has rested: as many turns as the quota allows at once are free.
    ///
    /// # Panics
    ///
    /// If the quota takes more than 292 years to give back the turns that it allows at once.
    #[must_use]
    #[track_caller]
    pub fn new(quota: Quota) -> Self {
        let (turns, each) = (quota.burst_size(), quota.replenish_interval());
        assert!(
            each.as_nanos() * u128::from(turns.get()) <= LONGEST,
            "a quota of {turns} turns, one each {each:?}, takes more than 292 years to give them back"
        );
        let (line, waiting) = (Arc::new(Semaphore::new(1)), AtomicUsize::new(0));
        Rate(Arc::new(Inner { quota, limiter: OnceLock::new(), line, waiting }))
    }

    /// The quota.
    #[must_use]
    pub fn quota(&self) -> Quota {
        self.0.quota
    }

    /// Waits in line for a turn. It takes its place in the first poll.
    ///
    /// Only the first one in line has a timer, on its own loop. So that loop must go on: if it
    /// stops and keeps the task, all those behind it wait until it runs again.
    ///
    /// # Errors
    ///
    /// [`NoHost`](crate::NoHost), if it has to wait and there is no timer.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the line, and uses nothing of the quota.
    #[track_caller]
    pub fn take(&self) -> RateTake {
        RateTake::new(self, Location::caller())
    }

    /// Takes a turn if one is free, and no task waits for one.
    ///
    /// ```
    /// use gen::sync::{Quota, Rate};
    /// use std::num::NonZeroU32;
    ///
    /// let rate = Rate::new(Quota::per_minute(NonZeroU32::MIN));
    /// assert!(rate.try_take().is_ok());
    /// let busy = rate.try_take().unwrap_err();
    /// // For the header `Retry-After` of a server.
    /// assert_eq!(busy.retry_after().unwrap().as_secs_f32().ceil(), 60.0);
    /// ```
    ///
    /// # Errors
    ///
    /// [`RateExceeded`], if it would have to wait.
    pub fn try_take(&self) -> Result<(), RateExceeded> {
        // Not the permit of the line: another try that has it just now would count as a task.
        if self.0.waiting.load(Ordering::Relaxed) > 0 {
            return Err(RateExceeded { retry_after: None });
        }
        self.0.check().map_err(|wait| RateExceeded { retry_after: Some(wait) })
    }
}

impl Inner {
    /// Uses a turn of the quota, or says how long there is none.
    fn check(&self) -> Result<(), Duration> {
        let limiter = self.limiter.get_or_init(|| RateLimiter::direct_with_clock(self.quota, HostClock));
        limiter.check().map_err(|not_until| not_until.wait_time_from(HostClock.now()))
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rate").field("quota", &self.0.quota).finish_non_exhaustive()
    }
}

/// There was no free turn for [`try_take`](Rate::try_take).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateExceeded {
    retry_after: Option<Duration>,
}

impl RateExceeded {
    /// How long there is no free turn; `None` if tasks wait in line for the next ones.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for RateExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retry_after {
            Some(wait) => write!(f, "the rate is exceeded; the next turn is in {wait:?}"),
            None => f.write_str("the rate is exceeded, and other tasks wait for the next turns"),
        }
    }
}

impl Error for RateExceeded {}

/// The future of one turn: made by [`Rate::take`].
///
/// # Panics
///
/// If it is polled after it was ready.
#[must_use = "it takes no turn unless it is yielded or awaited"]
pub struct RateTake {
    rate: Rate,
    stage: Stage,
    /// Whether it is one of those that wait.
    is_counted: bool,
}

enum Stage {
    InLine(Acquire<OwnedSemaphorePermit>),
    /// It is the first one in line.
    Times {
        #[expect(dead_code, reason = "it keeps the others in line until it is dropped")]
        turn: OwnedSemaphorePermit,
        /// `None` while no timer is needed.
        timer: Option<Sleep>,
    },
    Over,
}

impl RateTake {
    pub(super) fn new(rate: &Rate, at: &'static Location<'static>) -> Self {
        let acquire = Acquire::new(Arc::clone(&rate.0.line), 1, at);
        RateTake { rate: rate.clone(), stage: Stage::InLine(acquire), is_counted: false }
    }

    fn count(&mut self) {
        if !self.is_counted {
            self.is_counted = true;
            self.rate.0.waiting.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn uncount(&mut self) {
        if self.is_counted {
            self.is_counted = false;
            self.rate.0.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn poll_stage(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        if let Stage::InLine(acquire) = &mut self.stage {
            let turn = ready!(Pin::new(acquire).poll(cx))?;
            self.stage = Stage::Times { turn, timer: None };
        }
        let Stage::Times { timer, .. } = &mut self.stage else {
            panic!("a turn was polled after it was ready")
        };
        loop {
            if let Some(timer) = timer {
                ready!(Pin::new(timer).poll(cx))?;
            }
            match self.rate.0.check() {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(wait) => *timer = Some(sleep(wait)),
            }
        }
    }
}

impl Future for RateTake {
    type Output = Result;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let Poll::Ready(result) = self.poll_stage(cx) else {
            self.count();
            return Poll::Pending;
        };
        self.uncount();
        // The next one in line goes on.
        self.stage = Stage::Over;
        Poll::Ready(result)
    }
}

impl Drop for RateTake {
    fn drop(&mut self) {
        self.uncount();
    }
}

impl fmt::Debug for RateTake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_over = matches!(self.stage, Stage::Over);
        f.debug_struct("RateTake").field("rate", &self.rate).field("is_over", &is_over).finish()
    }
}
