//! `Intensity`: how many restarts there may be in how long a time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

pub(super) struct Intensity {
    most: u32,
    within: Duration,
    /// The last restarts, at most one more than `most`.
    restarts: VecDeque<Instant>,
}

impl Intensity {
    pub(super) fn new(most: u32, within: Duration) -> Self {
        Intensity { most, within, restarts: VecDeque::new() }
    }

    /// Adds a restart. Returns whether there are no more in the time before it than there may be.
    pub(super) fn allows(&mut self, now: Instant) -> bool {
        if self.most == u32::MAX {
            return true;
        }
        let within = self.within;
        let is_old = |restart: &Instant| now.saturating_duration_since(*restart) > within;
        while self.restarts.front().is_some_and(is_old) {
            self.restarts.pop_front();
        }
        self.restarts.push_back(now);
        self.restarts.len() <= self.most as usize
    }

    /// Whether a child that has run for so long counts as one that runs well. Otherwise each run
    /// would, if the time is zero.
    pub(super) fn is_long(&self, ran: Duration) -> bool {
        !self.within.is_zero() && ran >= self.within
    }

    pub(super) fn limit(&self) -> (u32, Duration) {
        (self.most, self.within)
    }
}
