//! A request to cancel, as an injection.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use super::watch::Watch;
use crate::error::{CancelSource, Cancelled, Error, Passage, Request};

/// A request to cancel, on its way to one yield. A clone is the same request, on its way to another
/// yield.
#[derive(Debug, Clone)]
pub(crate) struct Cancellation {
    request: Arc<Request>,
    /// Whether it was deferred in the current poll, or in the last one.
    deferred: bool,
    /// The record of the yields that its error passes, if it is watched.
    passage: Option<Arc<Passage>>,
}

impl Cancellation {
    pub(crate) fn new(
        source: CancelSource,
        reason: impl Into<Cow<'static, str>>,
        by: &'static Location<'static>,
    ) -> Self {
        let request = Arc::new(Request { source, reason: reason.into(), by });
        Cancellation { request, deferred: false, passage: None }
    }

    /// The same request for one body that is watched: if it is taken, a [`Watch`] takes its place
    /// in the slot.
    pub(crate) fn watched(self) -> Self {
        let passage = Some(Arc::new(Passage::within(self.passage)));
        Cancellation { passage, ..self }
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.passage.is_some()
    }

    /// The watch that takes its place in the slot.
    pub(crate) fn watch(&self) -> Option<Watch> {
        let passage = self.passage.clone()?;
        Some(Watch::new(passage, self.request.reason.clone(), self.request.by))
    }

    /// The error with which a body goes on.
    #[cold]
    pub(crate) fn into_error(self) -> Error {
        Cancelled::new(self.request, self.passage).into()
    }

    pub(crate) fn is_deferred(&self) -> bool {
        self.deferred
    }

    pub(crate) fn set_deferred(&mut self, deferred: bool) {
        self.deferred = deferred;
    }

    /// Whether `cancelled` is the error of this request.
    pub(crate) fn is_of(&self, cancelled: &Cancelled) -> bool {
        cancelled.is_of(&self.request)
    }

    /// Whether there is another clone of the request, or an error made from it.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.request) > 1
    }

    pub(crate) fn source(&self) -> CancelSource {
        self.request.source
    }

    pub(crate) fn reason(&self) -> &str {
        &self.request.reason
    }

    pub(crate) fn by(&self) -> &'static Location<'static> {
        self.request.by
    }
}
