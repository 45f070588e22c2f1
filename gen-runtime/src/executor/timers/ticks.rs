//! [`Ticks`]: points in time as whole nanoseconds.

use std::time::{Duration, Instant};

/// A point in time, in nanoseconds. Every `Instant` has one.
pub(super) type Tick = u128;

/// The tick of the time at which the count began. No `Instant` is 2^95 nanoseconds away from it, so
/// deadlines in the past have ticks, too.
const BEGINNING: Tick = 1 << 95;

#[derive(Clone, Copy)]
pub(super) struct Ticks {
    began: Instant,
}

impl Ticks {
    pub(super) fn since(began: Instant) -> Self {
        Ticks { began }
    }

    #[inline]
    pub(super) fn of(self, at: Instant) -> Tick {
        match at.checked_duration_since(self.began) {
            Some(after) => BEGINNING + after.as_nanos(),
            None => BEGINNING - self.began.duration_since(at).as_nanos(),
        }
    }

    /// The time of a tick, if an `Instant` can hold it.
    pub(super) fn instant(self, tick: Tick) -> Option<Instant> {
        match tick.checked_sub(BEGINNING) {
            Some(after) => self.began.checked_add(duration(after)?),
            None => self.began.checked_sub(duration(BEGINNING - tick)?),
        }
    }
}

fn duration(nanos: u128) -> Option<Duration> {
    const A_SECOND: u128 = 1_000_000_000;
    match u64::try_from(nanos) {
        // Without a division of 128 bits.
        Ok(nanos) => Some(Duration::from_nanos(nanos)),
        Err(_) => Some(Duration::new((nanos / A_SECOND).try_into().ok()?, (nanos % A_SECOND) as u32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_the_time_to_the_nanosecond_however_far_it_is() {
        let began = Instant::now();
        let ticks = Ticks::since(began);
        let year = Duration::from_secs(366 * 86_400);
        for after in [0, 1, 999_999_999, 1_000_000_000, u64::MAX - 1].map(Duration::from_nanos) {
            for at in
                [began.checked_sub(after), began.checked_add(after), began.checked_add(after + year * 500)]
            {
                let Some(at) = at else { continue };
                assert_eq!(ticks.instant(ticks.of(at)), Some(at));
                assert!(ticks.of(at) < ticks.of(at + Duration::from_nanos(1)));
            }
        }
    }
}
