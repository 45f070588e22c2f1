//! Deadlines: a duration, or a point in time.

use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::now::now;
use super::sleep::Sleep;
use crate::bindings::Ends;
use crate::Result;

/// The deadline of [`with_timeout`](crate::with_timeout): a `Duration`, which counts from the first
/// poll of the timeout, or an `Instant`.
///
/// A `Duration` whose end is too late for an `Instant`, such as [`Duration::MAX`], never ends.
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
    /// Makes the sleep that ends at the deadline, and polls it.
    #[inline]
    pub(super) fn start(self, cx: &mut Context<'_>) -> (Sleep, Poll<Result<()>>) {
        match self.kind {
            Kind::After(after) => Sleep::start(after, cx),
            Kind::At(at) => {
                let mut sleep = Sleep::until(at);
                let polled = sleep.poll_part(cx);
                (sleep, polled)
            }
        }
    }

    pub(super) fn ends(self) -> Ends {
        match self.kind {
            Kind::After(after) => Ends::After(after),
            Kind::At(at) => Ends::At(at),
        }
    }

    /// The time from now until the deadline.
    pub(super) fn after(self) -> Duration {
        match self.kind {
            Kind::After(after) => after,
            Kind::At(at) => at.saturating_duration_since(now()),
        }
    }
}
