//! What a loop measures time with.
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The clock of an [`IoLoop`](crate::IoLoop).
///
/// ```
/// use std::time::{Duration, Instant};
///
/// /// Ten times as fast as the wall's.
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
/// io_loop.run_sync(gen::sleep(Duration::from_micros(100)))?; // ten on the wall
/// assert!(io_loop.now() - before >= Duration::from_micros(100));
/// # Ok::<(), gen::Error>(())
/// ```
pub trait Clock {
    /// The time. It never goes backwards.
    fn now(&self) -> Instant;

    /// How long the loop shall sleep, which has nothing to do before `deadline`.
    ///
    /// The loop may sleep less, and asks again. A clock that does not run by itself moves to the deadline
    /// here and answers zero.
    fn idle_until(&self, deadline: Instant) -> Duration {
        deadline.saturating_duration_since(self.now())
    }

    /// Whether time passes while the loop sleeps. `false` for a clock that only [`idle_until`] moves.
    ///
    /// Such a clock is not asked to move while another thread [owes the loop a wake]: it would be ahead of the
    /// thread's work. A clock that wraps another one hands this on.
    ///
    /// [`idle_until`]: Self::idle_until
    /// [owes the loop a wake]: crate::Remote::keep_alive
    fn runs_by_itself(&self) -> bool {
        true
    }
}

/// The clock on the wall.
#[derive(Debug)]
pub(crate) struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A clock that stands still while there is something to do, and moves to the next deadline when the loop is
/// idle.
///
/// So a program full of timeouts runs at once, and each run of it in the same order. It starts at the real
/// time. Its clones are the same clock: give one to the loop and look at the other.
///
/// What threads outside of the loop do takes no time on it. An idle loop does not know of them, and moves on
/// while they work: a timeout around a thread's work would be over at once. A thread of which the loop is told
/// by [`Remote::keep_alive`](crate::Remote::keep_alive) is waited for, for real, and the clock stands still.
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
    /// A clock that stands at the present time.
    pub fn new() -> Self {
        VirtualClock { now: Arc::new(Mutex::new(Instant::now())) }
    }

    /// The time at which it stands.
    pub fn now(&self) -> Instant {
        self.with(|now| *now)
    }

    /// Moves it on, as if the code that runs had taken so long.
    ///
    /// A loop that sleeps, because it has no timers or waits for another thread, is not woken by this.
    ///
    /// # Panics
    ///
    /// If the time cannot be told, some centuries from now.
    #[track_caller]
    pub fn advance(&self, by: Duration) {
        self.with(|now| *now += by);
    }

    fn with<R>(&self, f: impl FnOnce(&mut Instant) -> R) -> R {
        // An `Instant` is whole, whatever panicked.
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
