//! [`WallClock`]: the time of deadlines, which must mean something to the next process.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Gives milliseconds since 1970.
///
/// It goes as fast as the faster of two clocks: that of the system, which also counts the time that
/// the machine sleeps, and that of the executor, which a test can move. It never goes back, also
/// not behind a time that was reached earlier, in this run or in one before, by a system whose
/// clock was set back.
#[derive(Debug)]
pub(crate) struct WallClock {
    began: u64,
    began_here: Instant,
}

impl WallClock {
    pub(crate) fn new() -> Self {
        WallClock { began: system(), began_here: gen::drive::now() }
    }

    /// An earlier run, or the clock of the system, has reached this time.
    pub(crate) fn reached(&mut self, time: u64) {
        self.began = self.began.saturating_add(time.saturating_sub(self.now_here()));
    }

    pub(crate) fn now(&mut self) -> u64 {
        self.now_by(system())
    }

    /// The time, where the clock of the system shows `system`.
    fn now_by(&mut self, system: u64) -> u64 {
        self.reached(system);
        self.now_here()
    }

    fn now_here(&self) -> u64 {
        let passed = gen::drive::now().saturating_duration_since(self.began_here).as_millis();
        self.began.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX))
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
    fn a_system_clock_that_is_set_back_makes_no_passed_deadline_a_later_one() {
        const HOUR: u64 = 3_600_000;
        let mut clock = WallClock::new();
        let began = clock.now();
        let after_sleep = clock.now_by(began + 2 * HOUR);
        assert!(after_sleep >= began + 2 * HOUR, "the machine has slept");
        assert!(clock.now_by(began + HOUR) >= after_sleep, "the clock was set back");
    }
}
