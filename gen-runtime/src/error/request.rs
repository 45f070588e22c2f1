//! A request to cancel, and the last yield that its error has passed.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Site;

/// The source of a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CancelSource {
    /// The program asked for it: [`JoinHandle::cancel`](crate::JoinHandle::cancel).
    Explicit,
    /// A deadline has passed: [`with_timeout(..).cancel(..)`](crate::WithTimeout::cancel).
    Deadline,
    /// Another child of the same scope failed, or another child of the same
    /// [`first_of`](crate::first_of()) was the first to end.
    Sibling,
    /// The loop is [shut down](crate::IoLoop::shutdown).
    Shutdown,
}

/// A request to cancel. Its clones and errors share it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) source: CancelSource,
    pub(crate) reason: Cow<'static, str>,
    /// The caller that made the request.
    pub(crate) by: &'static Location<'static>,
}

/// The last yield that the error of a request has passed on its way out of one body.
#[derive(Debug)]
pub(crate) struct Passage {
    last: Mutex<Option<Site>>,
    /// The passage of the body around this one, if the same request cancels that too.
    outer: Option<Arc<Passage>>,
}

impl Passage {
    pub(crate) fn within(outer: Option<Arc<Passage>>) -> Self {
        Passage { last: Mutex::new(None), outer }
    }

    /// Records that the error passed the yield at `site`, for this body and all bodies around it.
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
