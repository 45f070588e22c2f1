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
        // The end of a wait that is too long for an `Instant` is as far as it can be.
        let duration = Duration::from(duration);
        let longest = |shorter: &Duration| self.0.checked_add(*shorter);
        let ends = std::iter::successors(Some(duration), |longer| Some(*longer / 2));
        HostInstant(ends.take(64).find_map(|shorter| longest(&shorter)).unwrap_or(self.0))
    }
}
