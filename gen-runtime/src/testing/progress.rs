//! [`Progress`]: says how far a long exploration is.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::command::test_name;
use super::report::{count, Report};
use crate::executor::{Clock, RealClock};

/// An exploration that is shorter writes nothing.
const SILENCE: Duration = Duration::from_secs(2);

/// The time from one line to the next one.
const PAUSE: Duration = Duration::from_secs(1);

/// Writes a line now and then about the runs that are done.
pub(super) struct Progress {
    clock: Box<dyn Clock>,
    output: Box<dyn Write>,
    began: Instant,
    next: Instant,
}

impl Progress {
    /// By the real clock, to the standard error output itself. A test harness would hold back the
    /// lines of `eprintln!` until the test has ended.
    pub(super) fn on_stderr() -> Self {
        Progress::new(Box::new(RealClock), Box::new(io::stderr()))
    }

    pub(super) fn new(clock: Box<dyn Clock>, output: Box<dyn Write>) -> Self {
        let began = clock.now();
        Progress { clock, output, began, next: began + SILENCE }
    }

    /// Writes a line if one is due.
    pub(super) fn tell(&mut self, report: &Report, planned: usize) {
        let now = self.clock.now();
        if now < self.next {
            return;
        }
        self.next = now + PAUSE;
        let test = test_name().map(|test| format!(" in `{test}`")).unwrap_or_default();
        let (runs, seconds) = (report.runs, (now - self.began).as_secs());
        let findings = count(report.findings.len(), "finding");
        // An exploration goes on without its output.
        let _ = writeln!(
            self.output,
            "explore{test}: {runs} of {planned} runs are done after {seconds} s, {findings}"
        );
    }
}
