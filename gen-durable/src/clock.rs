//! [`WallClock`]: the time of deadlines, which must mean something to the next process.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Gives milliseconds since 1970.
///
/// It goes as fast as the faster of two clocks: that of the system, which also counts the time that
/// the machine sleeps, and that of the executor, which a test can move. It never goes back, also
/// not behind a time that was reached earlier, in this run or in one before, by a system whose
/// clock was set back.
#[derive(Debug, Clone)]
pub(crate) struct WallClock {
    began: u64,
    began_here: Instant,
    /// Otherwise only the clock of the executor counts.
    follows_system: bool,
}

impl WallClock {
    pub(crate) fn new() -> Self {
        // If a test has moved the clock of the executor, that time has passed.
        let began = millis_now();
        WallClock { began, began_here: gen::drive::now(), follows_system: true }
    }

    /// A clock that shows `began` now, and is only moved by that of the executor.
    pub(crate) fn of_executor(began: u64) -> Self {
        WallClock { began, began_here: gen::drive::now(), follows_system: false }
    }

    /// An earlier run, or the clock of the system, has reached this time.
    pub(crate) fn reached(&mut self, time: u64) {
        self.began = self.began.saturating_add(time.saturating_sub(self.now_here()));
    }

    pub(crate) fn now(&mut self) -> u64 {
        if self.follows_system {
            self.now_by(system())
        } else {
            self.now_here()
        }
    }

    /// The time, where the clock of the system shows `system`.
    fn now_by(&mut self, system: u64) -> u64 {
        self.reached(system);
        self.now_here()
    }

    pub(crate) fn now_here(&self) -> u64 {
        let passed = gen::drive::now().saturating_duration_since(self.began_here).as_millis();
        self.began.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX))
    }
}

/// The time after which a wait that takes so long looks at the clock again.
///
/// A timer of the executor stands still while the machine sleeps, so a long one would be late by
/// that time. Where a test has moved the clock of the executor, no machine sleeps, and the wait is
/// not cut into parts.
pub(crate) fn until_next_look(left: Duration) -> Duration {
    const LOOK: Duration = Duration::from_secs(60);
    let ahead = gen::drive::now().saturating_duration_since(Instant::now());
    if ahead < LOOK / 2 {
        left.min(LOOK)
    } else {
        left
    }
}

fn system() -> u64 {
    millis_of(SystemTime::now())
}

/// The time of the day on the clock of the executor, without a journal. A test can move it.
pub(crate) fn time_of_day() -> SystemTime {
    let (system, executor, real) = (SystemTime::now(), gen::drive::now(), Instant::now());
    let ahead = executor.saturating_duration_since(real);
    let behind = real.saturating_duration_since(executor);
    system.checked_add(ahead).and_then(|time| time.checked_sub(behind)).unwrap_or(system)
}

/// The [time of the day](time_of_day), in milliseconds since 1970.
pub(crate) fn millis_now() -> u64 {
    millis_of(time_of_day())
}

/// Milliseconds since 1970.
fn millis_of(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The time that is so many milliseconds after 1970, if the system can express it.
pub(crate) fn time_of(millis: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_late_by_a_minute_at_most_when_the_machine_has_slept() {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        assert_eq!(until_next_look(DAY), Duration::from_secs(60));
        assert_eq!(until_next_look(Duration::from_secs(5)), Duration::from_secs(5));
        gen::IoLoop::with_clock(gen::VirtualClock::new())
            .run_sync(async {
                gen::sleep(Duration::from_secs(60)).await?;
                assert_eq!(until_next_look(DAY), DAY, "a test has moved the clock");
                Ok::<_, gen::Error>(())
            })
            .unwrap();
    }

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
