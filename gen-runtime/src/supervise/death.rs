//! [`Death`]: an end of a child that was not asked for; and the history of all of them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::inject::question::rounded;
use crate::Error;

/// A child of a supervisor has ended, and was to run: see
/// [`GaveUp::history`](super::GaveUp::history).
///
/// It prints as `db, start 3, after 1.5s: connection refused`.
#[derive(Debug, Clone)]
pub struct Death {
    child: Arc<str>,
    start: u32,
    at: Instant,
    after: Duration,
    error: Error,
}

impl Death {
    /// The name of the child.
    #[must_use]
    pub fn child(&self) -> &str {
        &self.child
    }

    /// The number of the start that has ended so, from 1.
    #[must_use]
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The time of the end, on the clock of the loop, or of the executor.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The time from the begin of the supervisor to the end of the child.
    #[must_use]
    pub fn after(&self) -> Duration {
        self.after
    }

    /// The failure, with its [trace](Error::trace). A panic is a [`Panicked`](crate::Panicked). The
    /// failure of a supervisor is a [`GaveUp`](super::GaveUp), which has a history of its own.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Death { child, start, after, error, .. } = self;
        write!(f, "{child}, start {start}, after {:?}: {error:#}", rounded(*after))
    }
}

/// So many deaths are kept.
const KEPT: usize = 64;

/// The last deaths.
pub(super) struct History {
    began: Instant,
    deaths: VecDeque<Death>,
    /// Those that are kept no more are among them.
    number: u64,
}

impl History {
    pub(super) fn new(began: Instant) -> Self {
        History { began, deaths: VecDeque::new(), number: 0 }
    }

    pub(super) fn add(&mut self, child: &Arc<str>, start: u32, at: Instant, error: Error) {
        if self.deaths.len() == KEPT {
            self.deaths.pop_front();
        }
        let after = at.saturating_duration_since(self.began);
        self.number += 1;
        self.deaths.push_back(Death { child: Arc::clone(child), start, at, after, error });
    }

    /// The deaths so far, and their number.
    pub(super) fn take(&mut self) -> (Vec<Death>, u64) {
        (std::mem::take(&mut self.deaths).into(), self.number)
    }
}
