//! A request on its way.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use super::watch::Watch;
use crate::error::{CancelSource, Cancelled, Error, Passage, Request};

/// A request to cancel, on its way to one yield. Clones are the same request, on its way to others.
#[derive(Debug, Clone)]
pub(crate) struct Cancellation {
    request: Arc<Request>,
    /// A shield has kept it from being taken in the present poll, or in the last one.
    held: bool,
    /// How far its errors have come, if whoever lends it watches that.
    passage: Option<Arc<Passage>>,
}

impl Cancellation {
    pub(crate) fn new(
        source: CancelSource,
        reason: impl Into<Cow<'static, str>>,
        by: &'static Location<'static>,
    ) -> Self {
        let request = Arc::new(Request { source, reason: reason.into(), by });
        Cancellation { request, held: false, passage: None }
    }

    /// The same request for one body, which is watched: whoever takes it leaves a [`Watch`] with the lender.
    pub(crate) fn watched(self) -> Self {
        let passage = Some(Arc::new(Passage::within(self.passage)));
        Cancellation { passage, ..self }
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.passage.is_some()
    }

    /// What is left with the lender when this is taken.
    pub(crate) fn watch(&self) -> Option<Watch> {
        let passage = self.passage.clone()?;
        Some(Watch::new(passage, self.request.reason.clone(), self.request.by))
    }

    /// The error as which it arrives.
    #[cold]
    pub(crate) fn into_error(self) -> Error {
        Cancelled::new(self.request, self.passage).into()
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held
    }

    pub(crate) fn set_held(&mut self, held: bool) {
        self.held = held;
    }

    /// Whether `cancelled` is the error of this request.
    pub(crate) fn is_of(&self, cancelled: &Cancelled) -> bool {
        cancelled.is_of(&self.request)
    }

    /// Whether anybody else has the request, be it in an error.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.request) > 1
    }

    pub(crate) fn source(&self) -> CancelSource {
        self.request.source
    }

    pub(crate) fn by(&self) -> &'static Location<'static> {
        self.request.by
    }
}
