//! The way of an [`Error`] through code that wants a standard error, and back.
//!
//! On the way out it is put into a [`Carried`], which nobody else can name. Whatever comes in as a
//! standard error is asked whether it is one, so that a trace survives a `Box<dyn Error>` or an
//! `anyhow::Error` in between.
//!
//! The sources of a `Carried` are what others can find of the error, by type and by print:
//!
//! 1. `Carried` prints the message. It stands for the outermost context, if there is one.
//! 2. [`Trail`], if the error passed a yield, prints the trace: `anyhow` prints nothing but the
//!    messages of an error and its sources.
//! 3. The contexts that are left; then the payload itself, which can be asked for its type; then
//!    the payload's own sources.
//!
//! Without a context the payload repeats the message, which is the price of being found by its
//! type. Our own [`chain`](Error::chain) leaves out what is repeated, and the trail.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use super::payload::ContextPayload;
use super::{io, print, Error};

/// An error on its way through foreign code.
pub(super) struct Carried(Trail);

/// The trace of an error, as a source of its own.
pub(super) struct Trail(Error);

impl Carried {
    pub(super) fn new(error: Error) -> Self {
        Carried(Trail(error))
    }

    pub(super) fn error(&self) -> &Error {
        &self.0 .0
    }

    pub(super) fn into_error(self) -> Error {
        self.0 .0
    }
}

/// The error that a node of a chain of sources carries, itself or in an `io::Error`.
pub(super) fn within<'a>(node: &'a (dyn StdError + 'static)) -> Option<&'a Error> {
    let inside = node.downcast_ref().and_then(std::io::Error::get_ref);
    let inside = inside.map_or(node, |inside| inside);
    inside.downcast_ref().map(Carried::error)
}

/// The error that was carried, or else what `make` makes of a foreign one.
pub(super) fn unwrap_or_else<E: Any>(error: E, make: impl FnOnce(E) -> Error) -> Error {
    let mut slot = Some(error);
    let carried = (&mut slot as &mut dyn Any).downcast_mut::<Option<Carried>>().and_then(Option::take);
    match (carried, slot) {
        (Some(carried), _) => carried.into_error(),
        (None, Some(error)) => io::unwrap_or_else(error, make),
        (None, None) => unreachable!("the slot is emptied only into `carried`"),
    }
}

/// The same node of a chain of sources, or what of ours is to be shown in its place; none if
/// nothing is left to be shown.
pub(super) fn shown<'a>(mut node: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    loop {
        if let Some(carried) = within(node) {
            node = carried.as_std();
        } else if let Some(trail) = node.downcast_ref::<Trail>() {
            // A foreign node has shown the message, as an `#[error(transparent)]` does.
            node = trail.0.source()?;
        } else {
            return Some(node);
        }
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.error(), f)
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.error(), f)
    }
}

impl StdError for Carried {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if self.error().trace().is_empty() {
            self.0.source()
        } else {
            Some(&self.0)
        }
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = self.0.trace() else { return f.write_str("at no yield") };
        write!(f, "at {first}")?;
        print::write_trace(f, ", at ", rest)
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Trail {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let payload: &dyn Any = &**self.0.payload();
        match payload.downcast_ref::<ContextPayload>() {
            // `Carried` stands for it.
            Some(context) => context.source(),
            None => Some(self.0.as_std()),
        }
    }
}

/// The trace is kept, and what failed can be found: see [`Error::into_std`].
impl From<Error> for Box<dyn StdError + Send + Sync + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Carried::new(error))
    }
}

/// The trace is kept, and what failed can be found: see [`Error::into_std`].
impl From<Error> for Box<dyn StdError + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Carried::new(error))
    }
}

/// The trace is kept: anyhow's `{:?}` prints it as the first of the causes. What failed is one of
/// the causes too, and is found by its type in anyhow's `chain`; anyhow's own `downcast_ref` asks
/// only for the outermost error, which is a wrapper. See [`Error::into_std`].
#[cfg(feature = "anyhow")]
impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        anyhow::Error::new(Carried::new(error))
    }
}
