//! [`Meter`]: measures one repetition.

use std::time::{Duration, Instant};

use rustix::time::{clock_gettime, ClockId};

use super::allocations::{self, Counts};

/// A program gets one for each repetition. Only the work inside of [`time`](Self::time) counts.
#[derive(Default)]
pub struct Meter {
    counts_allocations: bool,
    uses_processor_time: bool,
    elapsed: Duration,
    processor: Duration,
    pub counts: Counts,
    /// For programs that work for a fixed time: the number of operations that they have made.
    pub operations: Option<u64>,
    /// Further figures of the program, such as the lateness of timers.
    pub notes: Vec<(&'static str, f64)>,
}

impl Meter {
    /// A meter that counts allocations.
    pub fn of_allocations() -> Self {
        Meter { counts_allocations: true, ..Meter::default() }
    }

    /// For programs that sleep: the time that the process has used counts, and not the time that
    /// has passed.
    pub fn use_processor_time(&mut self) {
        self.uses_processor_time = true;
    }

    pub fn time<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let mut work = Some(work);
        let mut result = None;
        if self.counts_allocations {
            allocations::start();
        }
        let (began, processor) = (Instant::now(), processor_time());
        measured_part(&mut || result = work.take().map(|work| work()));
        self.processor += processor_time().saturating_sub(processor);
        self.elapsed += began.elapsed();
        if self.counts_allocations {
            self.add(allocations::stop());
        }
        result.expect("the work was called")
    }

    fn add(&mut self, counts: Counts) {
        self.counts.allocations += counts.allocations;
        self.counts.bytes += counts.bytes;
        self.counts.peak = self.counts.peak.max(counts.peak);
    }

    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The time that counts.
    pub fn nanoseconds(&self) -> f64 {
        let time = if self.uses_processor_time { self.processor } else { self.elapsed };
        time.as_secs_f64() * 1e9
    }
}

/// callgrind counts the instructions of this function and of all that it calls: its name is the
/// argument of `--toggle-collect`. So it must keep its name, and must not be inlined.
#[inline(never)]
#[no_mangle]
fn measured_part(work: &mut dyn FnMut()) {
    work();
}

/// The name of the function for callgrind.
pub const MEASURED_PART: &str = "measured_part";

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
