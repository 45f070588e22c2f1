//! Deadlines: some time from now, or a point in time.
use std::time::{Duration, Instant};

use super::Sleep;
use crate::executor::current;

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

/// When `after` from now will be, on the clock of the loop that runs here, else on the real one; never, if no
/// `Instant` can tell.
pub(crate) fn from_now(after: Duration) -> Option<Instant> {
    now().checked_add(after)
}

fn now() -> Instant {
    current::get().map_or_else(Instant::now, |core| core.now())
}
