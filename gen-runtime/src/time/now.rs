//! The present time.

use std::time::{Duration, Instant};

use crate::executor::host;

/// The time `after` from now, on the same clock. `None`, which means never, if it is too late for
/// an `Instant`.
pub(crate) fn from_now(after: Duration) -> Option<Instant> {
    now().checked_add(after)
}

/// The time on the clock of the loop that runs here, or of tokio, or on the real clock.
pub(crate) fn now() -> Instant {
    host::time().map_or_else(Instant::now, |host| host.now())
}
