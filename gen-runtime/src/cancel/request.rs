//! A request on its way.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use super::cancelled::{CancelSource, Cancelled};
use crate::Error;

/// A request to cancel, on its way to one yield. Clones are the same request, on its way to others.
#[derive(Debug, Clone)]
pub(crate) struct Cancellation {
    request: Arc<Request>,
    /// A shield has kept it from being taken in the present poll, or in the last one.
    held: bool,
}

#[derive(Debug)]
struct Request {
    source: CancelSource,
    reason: Cow<'static, str>,
    by: &'static Location<'static>,
}

impl Cancellation {
    pub(crate) fn new(
        source: CancelSource,
        reason: impl Into<Cow<'static, str>>,
        by: &'static Location<'static>,
    ) -> Self {
        Cancellation { request: Arc::new(Request { source, reason: reason.into(), by }), held: false }
    }

    /// The error as which it arrives.
    #[cold]
    pub(crate) fn into_error(self) -> Error {
        Cancelled::new(self).into()
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held
    }

    pub(crate) fn set_held(&mut self, held: bool) {
        self.held = held;
    }

    pub(crate) fn is_same(&self, other: &Cancellation) -> bool {
        Arc::ptr_eq(&self.request, &other.request)
    }

    pub(super) fn source(&self) -> CancelSource {
        self.request.source
    }

    pub(super) fn reason(&self) -> Cow<'static, str> {
        self.request.reason.clone()
    }

    pub(crate) fn by(&self) -> &'static Location<'static> {
        self.request.by
    }
}
