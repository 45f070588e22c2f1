//! What notices that a cancellation was swallowed.
//!
//! A body that is told of a cancellation cleans up and ends, and no yield of its clean-up is the one that was told. A body that takes the error for one of many, and tries again,
//! comes back to it. So whoever takes a cancellation that is watched leaves a [`Watch`] in its place; the lender, a task or a scope, lends that again with each later poll:
//!
//! | event | the watch |
//! |---|---|
//! | the error passes a yield | is told, and remembers the last such yield: the body that was told is around it |
//! | a yield that looks stays pending | sees whether it is that last one |
//! | it is | is reported by the lender when the poll is over, once, and is gone |
//! | another cancellation is taken | its own watch takes the place of this one |
//! | the body ends | is gone |
//!
//! The last yield that was passed is looked for, and not the innermost one that was told: a clean-up may call the function that was interrupted, but then at another yield. In a build without
//! debug assertions only the innermost yield of a chain looks: there it is noticed if the error was swallowed where it arrived.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::error::{Passage, Site};

/// Looks for the yield at which a cancellation was swallowed.
pub(crate) struct Watch {
    passage: Arc<Passage>,
    pub(super) reason: Cow<'static, str>,
    pub(super) by: &'static Location<'static>,
    /// The body waits there again.
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

    /// A yield stays pending. Runs no code of a user: it is called in the middle of a poll.
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
