//! The payload of an [`Error`](super::Error): the failure that its clones share.
//!
//! | payload | made from | dereferences to |
//! |---|---|---|
//! | [`StandardPayload`] | a standard error, or a text | the error itself |
//! | [`BoxedPayload`] | a `Box<dyn Error + Send + Sync>` | the error in the box |
//! | [`ContextPayload`] | a message or an error of the library, put in front of another payload | itself; its source is that payload |
//! | `FromAnyhow` | an `anyhow::Error` | the error that anyhow dereferences to |
//!
//! The *root* of a payload is the payload beneath all contexts. Two errors are the same failure if
//! they have the same root, and the root records whether the failure was reported.

use std::error::Error as StdError;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use super::as_any::AsAny;
use super::drops::{drop_nested, Nested};
use super::print::write_causes;

/// A standard error, borrowed as a trait object.
pub(super) type AnyError = dyn StdError + Send + Sync + 'static;

/// A failure, or a context in front of one.
pub(super) trait Payload: AsAny {
    /// The standard error that an [`Error`](super::Error) with this payload dereferences to.
    fn as_std(&self) -> &AnyError;

    /// The payload that this one adds a context to; none if this is the root.
    fn beneath(&self) -> Option<&Arc<dyn Payload>> {
        None
    }

    /// Whether the failure was reported. Only the one of the root counts.
    fn reported(&self) -> &Reported;
}

/// Whether a failure was reported to the log as one of a group: it is reported once, however many
/// groups it passes through.
#[derive(Default)]
pub(super) struct Reported(AtomicBool);

impl Reported {
    /// Marks the failure as reported. Returns whether it was marked before.
    pub(super) fn mark(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }
}

/// The root of a payload.
pub(super) fn root(payload: &Arc<dyn Payload>) -> &Arc<dyn Payload> {
    std::iter::successors(Some(payload), |payload| payload.beneath()).last().unwrap_or(payload)
}

/// A standard error.
pub(super) struct StandardPayload<E> {
    pub(super) error: E,
    reported: Reported,
}

impl<E: StdError + Send + Sync + 'static> StandardPayload<E> {
    pub(super) fn shared(error: E) -> Arc<dyn Payload> {
        Arc::new(StandardPayload { error, reported: Reported::default() })
    }
}

impl<E: StdError + Send + Sync + 'static> Payload for StandardPayload<E> {
    fn as_std(&self) -> &AnyError {
        &self.error
    }

    fn reported(&self) -> &Reported {
        &self.reported
    }
}

/// A boxed standard error.
pub(super) struct BoxedPayload {
    pub(super) error: Box<AnyError>,
    reported: Reported,
}

impl BoxedPayload {
    pub(super) fn shared(error: Box<AnyError>) -> Arc<dyn Payload> {
        Arc::new(BoxedPayload { error, reported: Reported::default() })
    }
}

impl Payload for BoxedPayload {
    fn as_std(&self) -> &AnyError {
        &*self.error
    }

    fn reported(&self) -> &Reported {
        &self.reported
    }
}

/// A context in front of a cause.
pub(super) struct ContextPayload {
    pub(super) context: ContextOf,
    pub(super) cause: ContextLink,
}

/// The context of a [`ContextPayload`].
pub(super) enum ContextOf {
    Text(String),
    /// An error of the library, to which the whole can be downcast.
    Error(Box<AnyError>),
}

impl ContextPayload {
    pub(super) fn shared(context: ContextOf, cause: ContextLink) -> Arc<dyn Payload> {
        Arc::new(ContextPayload { context, cause })
    }
}

impl fmt::Display for ContextOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContextOf::Text(text) => f.write_str(text),
            ContextOf::Error(error) => error.fmt(f),
        }
    }
}

impl Payload for ContextPayload {
    fn as_std(&self) -> &AnyError {
        self
    }

    fn beneath(&self) -> Option<&Arc<dyn Payload>> {
        Some(self.cause.get())
    }

    fn reported(&self) -> &Reported {
        root(self.cause.get()).reported()
    }
}

impl fmt::Display for ContextPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.context.fmt(f)
    }
}

/// It prints like [`Error`](super::Error). A derived implementation would recurse into each cause.
impl fmt::Debug for ContextPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.context)?;
        write_causes(f, "\ncaused by: ", self)
    }
}

impl StdError for ContextPayload {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.cause.get().as_std())
    }
}

/// A reference to a payload. Its drop does not recurse through the payloads beneath.
#[derive(Clone)]
pub(super) struct ContextLink(Option<Arc<dyn Payload>>);

impl ContextLink {
    pub(super) fn new(payload: Arc<dyn Payload>) -> Self {
        ContextLink(Some(payload))
    }

    pub(super) fn get(&self) -> &Arc<dyn Payload> {
        self.0.as_ref().expect("a link is empty only after `take`, which consumes it")
    }

    pub(super) fn get_mut(&mut self) -> &mut Arc<dyn Payload> {
        self.0.as_mut().expect("a link is empty only after `take`, which consumes it")
    }

    pub(super) fn take(mut self) -> Arc<dyn Payload> {
        self.0.take().expect("a link is empty only after `take`, which consumes it")
    }
}

impl Drop for ContextLink {
    fn drop(&mut self) {
        if let Some(payload) = self.0.take() {
            drop_nested(Nested::Payload(payload));
        }
    }
}
