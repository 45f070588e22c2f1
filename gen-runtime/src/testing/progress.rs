//! [`Progress`]: says how far a long exploration is, by its [`Tally`].

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::printing::{count, test_name};
use crate::executor::{Clock, RealClock};

/// An exploration that is shorter writes nothing.
const SILENCE: Duration = Duration::from_secs(2);

/// The time from one line to the next one.
const PAUSE: Duration = Duration::from_secs(1);

/// The numbers of which a line tells. All threads of an exploration count here.
pub(super) struct Tally {
    /// The runs that are done.
    runs: AtomicUsize,
    /// All runs, as far as the number can be known. A fault may change the steps after it, and so
    /// the number of second faults.
    planned: AtomicUsize,
    findings: AtomicUsize,
}

impl Tally {
    pub(super) fn planned(runs: usize) -> Self {
        Tally { runs: AtomicUsize::new(0), planned: AtomicUsize::new(runs), findings: AtomicUsize::new(0) }
    }

    pub(super) fn plan(&self, runs: usize) {
        self.planned.fetch_add(runs, Ordering::Relaxed);
    }

    pub(super) fn unplan(&self, runs: usize) {
        self.planned.fetch_sub(runs, Ordering::Relaxed);
    }

    pub(super) fn count_run(&self) {
        self.runs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_finding(&self) {
        self.findings.fetch_add(1, Ordering::Relaxed);
    }
}

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
    pub(super) fn tell(&mut self, tally: &Tally) {
        let now = self.clock.now();
        if now < self.next {
            return;
        }
        self.next = now + PAUSE;
        let test = test_name().map(|test| format!(" in `{test}`")).unwrap_or_default();
        let [runs, planned, findings] =
            [&tally.runs, &tally.planned, &tally.findings].map(|number| number.load(Ordering::Relaxed));
        let (seconds, findings) = ((now - self.began).as_secs(), count(findings, "finding"));
        // An exploration goes on without its output.
        let _ = writeln!(
            self.output,
            "explore{test}: {runs} of {planned} runs are done after {seconds} s, {findings}"
        );
    }
}
