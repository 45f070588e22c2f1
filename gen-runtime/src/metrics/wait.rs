//! [`Wait`]: a wait at a yield, from the poll that has suspended the future to the next one.

use std::time::Instant;

use super::handles::{count_wait, observe_wait};
use crate::error::Site;
use crate::time;

/// A wait that has begun. Its drop observes it: up to the end that is known, or up to the drop.
#[derive(Debug)]
pub(super) struct Wait {
    site: Site,
    since: Instant,
    until: Option<Instant>,
}

impl Wait {
    /// Begins a wait, and counts it.
    pub(super) fn begin(site: Site) -> Self {
        let wait = Wait { site, since: time::now(), until: None };
        count_wait(&site);
        wait
    }

    /// A poll begins, which ends the wait unless it [goes on](Self::goes_on).
    pub(super) fn is_over(&mut self) {
        self.until = Some(time::now());
    }

    /// The poll was in the wait.
    pub(super) fn goes_on(&mut self) {
        self.until = None;
    }

    pub(super) fn is_at(&self, site: &Site) -> bool {
        self.site == *site
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let until = self.until.unwrap_or_else(time::now);
        // Another clock may be behind: a future can come to another executor.
        observe_wait(&self.site, until.saturating_duration_since(self.since));
    }
}
