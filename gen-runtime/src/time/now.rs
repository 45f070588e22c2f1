//! The present time.

use std::time::{Duration, Instant};

pub(crate) use crate::executor::host::now;

/// The time `after` from now, on the same clock. `None`, which means never, if it is too late for
/// an `Instant`.
pub(crate) fn from_now(after: Duration) -> Option<Instant> {
    now().checked_add(after)
}
