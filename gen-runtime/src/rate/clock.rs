//! The clock of the host, as `governor` wants it.

use std::ops::Add;
use std::time::{Duration, Instant};

use governor::clock::{Clock, Reference};
use governor::nanos::Nanos;

use crate::time::now;

/// That of the loop that runs here, or of tokio, or the real clock.
#[derive(Debug, Clone)]
pub(super) struct HostClock;

/// An instant of that clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HostInstant(Instant);

impl Clock for HostClock {
    type Instant = HostInstant;

    fn now(&self) -> HostInstant {
        HostInstant(now())
    }
}

/// Some thirty years.
const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

impl Reference for HostInstant {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        HostInstant(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

impl Add<Nanos> for HostInstant {
    type Output = Self;

    fn add(self, duration: Nanos) -> Self {
        // An end that is too far for an `Instant` is never reached.
        HostInstant(self.0.checked_add(duration.into()).unwrap_or_else(|| self.0 + FAR))
    }
}
