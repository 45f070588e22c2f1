//! [`Watch`]: notices that a body has swallowed a cancellation.
//!
//! A body that gets a cancellation cleans up and ends, and no yield of its clean-up is the yield
//! that took the cancellation. A body that swallows the error, and tries again, comes back to that
//! yield. So when a cancellation is taken, a watch takes its place in the slot. The task or the
//! scope that has cancelled the body injects the watch into each later poll.
//!
//! | event | the watch |
//! |---|---|
//! | the error passes a yield (`Passage::passed`) | has the site, in its passage |
//! | a yield stays pending ([`look_at`](Watch::look_at)) | compares the yield with the last one that the error passed |
//! | the two are the same | is reported after the poll, once, and dropped ([`report_swallowed`](super::report_swallowed)) |
//! | another cancellation is taken | is replaced by the watch of that one |
//! | the body ends | is dropped |
//!
//! It is the last yield that counts, and not the innermost one: a clean-up may call the interrupted
//! function again, but from another yield.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::error::{Passage, Site};

/// Looks for a body that waits again at the yield at which it swallowed a cancellation.
pub(crate) struct Watch {
    passage: Arc<Passage>,
    pub(super) reason: Cow<'static, str>,
    pub(super) by: &'static Location<'static>,
    /// The yield at which the body waits again, if it does.
    pub(super) seen: Option<Site>,
}

impl Watch {
    pub(super) fn new(
        passage: Arc<Passage>,
        reason: Cow<'static, str>,
        by: &'static Location<'static>,
    ) -> Self {
        Watch { passage, reason, by, seen: None }
    }

    /// Called when the yield at `site` stays pending. It is called during a poll, so it must not
    /// run code of a user.
    pub(crate) fn look_at(&mut self, site: &Site) {
        if self.passage.is_last(site) {
            self.seen = Some(*site);
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("seen", &self.seen).finish_non_exhaustive()
    }
}
