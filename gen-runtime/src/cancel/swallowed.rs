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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::coroutine::throw::Thrown;
use crate::io_loop::contain;
use crate::{report, Site};

/// How far the errors of one request to one body have come.
#[derive(Debug)]
pub(super) struct Passage {
    last: Mutex<Option<Site>>,
    /// That of the body around it, which was told by the same request.
    outer: Option<Arc<Passage>>,
}

impl Passage {
    pub(super) fn within(outer: Option<Arc<Passage>>) -> Self {
        Passage { last: Mutex::new(None), outer }
    }

    /// A yield that an error of it has passed.
    pub(super) fn passed(&self, site: Site) {
        let mut next = Some(self);
        while let Some(passage) = next {
            *passage.lock() = Some(site);
            next = passage.outer.as_deref();
        }
    }

    fn is_last(&self, site: &Site) -> bool {
        self.lock().as_ref() == Some(site)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Site>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for the yield at which a cancellation was swallowed.
pub(crate) struct Watch {
    passage: Arc<Passage>,
    reason: Cow<'static, str>,
    by: &'static Location<'static>,
    /// The body waits there again.
    seen: Option<Site>,
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

/// After a poll that left `what` suspended: if it was seen where its cancellation was swallowed, this is reported, and looked for no more.
#[cold]
pub(crate) fn report_swallowed(what: &str, thrown: &mut Option<Thrown>) {
    let seen = thrown.take_if(|thrown| matches!(thrown, Thrown::Watch(watch) if watch.seen.is_some()));
    if let Some(Thrown::Watch(Watch { reason, by, seen: Some(site), .. })) = seen {
        contain("the logger", || {
            report::warning(format_args!(
                "{what} waits again at the yield that took its cancellation, at {site} \
                 ({reason}; cancelled at {by}): was the cancellation swallowed?"
            ));
        });
    }
}
