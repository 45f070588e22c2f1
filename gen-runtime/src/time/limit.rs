//! [`TimeLimit`]: the deadline of a timeout, from its first poll on.

use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::deadline::Deadline;
use super::now::{from_now, now};
use super::sleep::Sleep;
use crate::bindings::{Bind, Ends};
use crate::Result;

/// The deadline of a timeout.
///
/// | state | entered by | left by |
/// |---|---|---|
/// | `Unarmed`: no clock was read, and there is no timer | | `poll`, which is called when the child is pending |
/// | `Armed`: the sleep ends at the deadline | `poll`, `until` | `restart`, for the sleep of the grace period |
#[derive(Debug)]
pub(super) enum TimeLimit {
    Unarmed(Deadline),
    Armed {
        sleep: Sleep,
        /// The time from the first poll to the deadline.
        after: Duration,
    },
}

impl TimeLimit {
    /// A limit that counts from a call: it ends at `deadline`, which is `after` that call.
    pub(super) fn until(deadline: Option<Instant>, after: Duration) -> Self {
        TimeLimit::Armed { sleep: Sleep::until(deadline), after }
    }

    /// Ready when the deadline has passed. A `Duration` counts from the first call.
    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match self {
            TimeLimit::Armed { sleep, .. } => sleep.poll_part(cx),
            TimeLimit::Unarmed(deadline) => {
                let after = deadline.after();
                let (sleep, polled) = deadline.start(cx);
                *self = TimeLimit::Armed { sleep, after };
                polled
            }
        }
    }

    /// Ends `grace` after now, in place of the deadline.
    pub(super) fn restart(&mut self, grace: Duration) {
        if let TimeLimit::Armed { sleep, .. } = self {
            *sleep = Sleep::until(from_now(grace));
        }
    }

    /// Removes the timer.
    #[inline]
    pub(super) fn disarm(&mut self) {
        if let TimeLimit::Armed { sleep, .. } = self {
            sleep.disarm();
        }
    }

    /// The time from the first poll to the deadline.
    pub(super) fn after(&self) -> Duration {
        match self {
            TimeLimit::Armed { after, .. } => *after,
            TimeLimit::Unarmed(deadline) => deadline.after(),
        }
    }

    /// The time that is left; `None` if it never ends.
    #[cold]
    pub(super) fn left(&self) -> Option<Duration> {
        self.ends().left(now())
    }

    /// Whether it may be over. If not, it has not ended for certain.
    #[inline]
    pub(super) fn may_be_over(&self) -> bool {
        match self {
            TimeLimit::Armed { sleep, .. } => sleep.may_have_fired(),
            TimeLimit::Unarmed(_) => false,
        }
    }

    /// Whether its timer has fired, so that the next poll is ready. It reads no clock. A limit
    /// without a timer is not over before its poll.
    #[cold]
    pub(super) fn is_over(&self) -> bool {
        match self {
            TimeLimit::Armed { sleep, .. } => sleep.has_fired(),
            TimeLimit::Unarmed(_) => false,
        }
    }
}

/// Around the child of the timeout.
impl Bind for TimeLimit {
    fn ends(&self) -> Ends {
        match self {
            TimeLimit::Armed { sleep, .. } => sleep.ends(),
            TimeLimit::Unarmed(deadline) => deadline.ends(),
        }
    }
}
