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
/// What threads outside of the loop do takes no time on it: the loop moves on while they work.
///
/// ```
/// use std::time::Duration;
///
/// let clock = gen::VirtualClock::new();
/// let io_loop = gen::IoLoop::with_clock(clock.clone());
/// let before = clock.now();
/// io_loop.run_sync(async { gen::sleep(Duration::from_secs(86_400)).await })?;
/// assert_eq!(clock.now() - before, Duration::from_secs(86_400));
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
    /// A loop that sleeps because it has no timers is not woken by this.
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
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualClock").field("now", &self.now()).finish()
    }
}
