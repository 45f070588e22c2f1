//! Deadlines: some time from now, or a point in time.
use std::time::{Duration, Instant};

use super::now::now;
use super::sleep::Sleep;

/// When [`with_timeout`](crate::with_timeout) gives up: a `Duration` from now, or an `Instant`.
///
/// A `Duration` whose end no `Instant` can tell, such as [`Duration::MAX`], never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    After(Duration),
    At(Instant),
}

impl From<Duration> for Deadline {
    fn from(after: Duration) -> Self {
        Deadline { kind: Kind::After(after) }
    }
}

impl From<Instant> for Deadline {
    fn from(at: Instant) -> Self {
        Deadline { kind: Kind::At(at) }
    }
}

impl Deadline {
    /// The sleep that ends then, and how long that is from now.
    pub(super) fn sleep(self) -> (Sleep, Duration) {
        match self.kind {
            Kind::After(after) => (Sleep::from_now(after), after),
            Kind::At(at) => (Sleep::until(at), at.saturating_duration_since(now())),
        }
    }
}
