//! [`WallClock`]: the time of deadlines.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last moment of the year 9999, in milliseconds since 1970: the latest deadline that a server
/// can write as a date.
const LAST: u64 = 253_402_300_799_999;

/// Gives milliseconds since 1970. It never goes behind a time that the run has reached, on this
/// machine or on another one.
#[derive(Debug, Default)]
pub(crate) struct WallClock {
    reached: u64,
}

impl WallClock {
    /// The run has reached this time.
    pub(crate) fn reached(&mut self, time: u64) {
        self.reached = self.reached.max(time.min(LAST));
    }

    pub(crate) fn now(&mut self) -> u64 {
        self.reached(system());
        self.reached
    }

    /// The time that is so many milliseconds from now.
    pub(crate) fn after(&mut self, millis: u64) -> Duration {
        Duration::from_millis(self.now().saturating_add(millis).min(LAST))
    }
}

fn system() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_a_machine_that_is_behind_does_not_set_a_run_back() {
        let mut clock = WallClock::default();
        let ahead = clock.now() + 3_600_000;
        clock.reached(ahead);
        assert_eq!(clock.now(), ahead);
        assert_eq!(clock.after(10), Duration::from_millis(ahead + 10));
    }

    #[test]
    fn a_deadline_that_is_too_far_for_a_date_is_the_last_date() {
        assert_eq!(WallClock::default().after(u64::MAX), Duration::from_millis(LAST));
    }
}
