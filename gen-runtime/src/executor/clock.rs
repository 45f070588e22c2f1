//! The clocks of loops.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The clock of an [`IoLoop`](crate::IoLoop).
///
/// ```
/// use std::time::{Duration, Instant};
///
/// /// A clock that runs ten times as fast as the real one.
/// struct Hurried(Instant);
///
/// impl gen::Clock for Hurried {
///     fn now(&self) -> Instant {
///         self.0 + self.0.elapsed() * 10
///     }
///     fn idle_until(&self, deadline: Instant) -> Duration {
///         deadline.saturating_duration_since(self.now()) / 10
///     }
/// }
///
/// let io_loop = gen::IoLoop::with_clock(Hurried(Instant::now()));
/// let before = io_loop.now();
/// io_loop.run_sync(gen::sleep(Duration::from_micros(100)))?; // takes 10 µs
/// assert!(io_loop.now() - before >= Duration::from_micros(100));
/// # Ok::<(), gen::Error>(())
/// ```
pub trait Clock {
    /// Returns the time. It must never go backwards.
    fn now(&self) -> Instant;

    /// Returns how long the loop is to sleep if it has nothing to do before `deadline`.
    ///
    /// The loop may sleep for a shorter time, and then it calls this again. A clock that does not
    /// run by itself moves to the deadline here and returns zero.
    fn idle_until(&self, deadline: Instant) -> Duration {
        deadline.saturating_duration_since(self.now())
    }

    /// Returns whether time passes while the loop sleeps: `false` for a clock that only
    /// [`idle_until`] moves.
    ///
    /// The loop does not move such a clock while another thread [owes the loop a wake], because the
    /// clock would run ahead of the work of that thread. A clock that wraps another one returns its
    /// answer.
    ///
    /// [`idle_until`]: Self::idle_until
    /// [owes the loop a wake]: crate::Remote::keep_alive
    fn runs_by_itself(&self) -> bool {
        true
    }
}

/// The clock of `Instant::now()`.
#[derive(Debug)]
pub(crate) struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A clock that stands still while the loop has something to do, and moves to the next deadline
/// when the loop is idle.
///
/// So a program full of timeouts runs without waiting, and always in the same order. The clock
/// starts at the real time. Its clones are the same clock: give one to the loop and read the other.
///
/// The work of other threads takes no time on this clock. An idle loop does not know of it, and
/// moves the clock meanwhile, so a timeout around it would be over at once. While a thread holds a
/// [`KeepAlive`](crate::Remote::keep_alive) of the loop, the clock stands still, and the idle loop
/// sleeps.
///
/// ```
/// use std::time::Duration;
///
/// let clock = gen::VirtualClock::new();
/// let io_loop = gen::IoLoop::with_clock(clock.clone());
/// let before = clock.now();
/// io_loop.run_sync(async { gen::sleep(Duration::from_secs(86_400)).await })?;
/// assert_eq!(clock.now() - before, Duration::from_secs(86_400));
///
/// // Beside another thread:
/// let (promise, answer) = gen::promise();
/// let working = io_loop.remote().keep_alive();
/// std::thread::spawn(move || {
///     promise.set(42).expect("it was not set before");
///     drop(working);
/// });
/// let answer = io_loop.run_sync_timeout(Duration::from_secs(10), answer)?;
/// assert_eq!(answer, 42);
/// assert_eq!(clock.now() - before, Duration::from_secs(86_400)); // as before
/// # Ok::<(), gen::Error>(())
/// ```
#[derive(Clone)]
pub struct VirtualClock {
    now: Arc<Mutex<Instant>>,
}

impl VirtualClock {
    /// Makes a clock that stands at the real time of this call.
    pub fn new() -> Self {
        VirtualClock { now: Arc::new(Mutex::new(Instant::now())) }
    }

    /// Returns the time at which the clock stands.
    pub fn now(&self) -> Instant {
        self.with(|now| *now)
    }

    /// Moves the clock forward, as if the running code had taken that long.
    ///
    /// This does not wake a loop that sleeps.
    ///
    /// # Panics
    ///
    /// If no `Instant` can hold the new time.
    #[track_caller]
    pub fn advance(&self, by: Duration) {
        self.with(|now| *now += by);
    }

    fn with<R>(&self, f: impl FnOnce(&mut Instant) -> R) -> R {
        // A panic cannot leave half of an `Instant` behind, so a poisoned lock does not matter.
        f(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for VirtualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        VirtualClock::now(self)
    }

    fn idle_until(&self, deadline: Instant) -> Duration {
        self.with(|now| *now = deadline.max(*now));
        Duration::ZERO
    }

    fn runs_by_itself(&self) -> bool {
        false
    }
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualClock").field("now", &self.now()).finish()
    }
}
