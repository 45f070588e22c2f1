//! A request to cancel: why, who asked, and how far its errors have come.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Site;

/// What a cancellation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelSource {
    /// Somebody asked for it: [`JoinHandle::cancel`](crate::JoinHandle::cancel).
    Explicit,
    /// A deadline has passed: [`with_timeout(..).cancel(..)`](crate::WithTimeout::cancel).
    Deadline,
    /// Another child of the same scope has failed, or another one of the same [`first_of`](crate::first_of()) was the first.
    Sibling,
    /// The loop is [shut down](crate::IoLoop::shutdown).
    Shutdown,
}

/// Why something is cancelled, and who asked for it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) source: CancelSource,
    pub(crate) reason: Cow<'static, str>,
    pub(crate) by: &'static Location<'static>,
}

/// How far the errors of one request to one body have come.
#[derive(Debug)]
pub(crate) struct Passage {
    last: Mutex<Option<Site>>,
    /// That of the body around it, which was told by the same request.
    outer: Option<Arc<Passage>>,
}

impl Passage {
    pub(crate) fn within(outer: Option<Arc<Passage>>) -> Self {
        Passage { last: Mutex::new(None), outer }
    }

    /// A yield that an error of it has passed.
    pub(crate) fn passed(&self, site: Site) {
        let mut next = Some(self);
        while let Some(passage) = next {
            *passage.lock() = Some(site);
            next = passage.outer.as_deref();
        }
    }

    pub(crate) fn is_last(&self, site: &Site) -> bool {
        self.lock().as_ref() == Some(site)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Site>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
