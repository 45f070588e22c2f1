//! Conversion of an [`Error`] to a standard error, and back with its trace.
//!
//! The conversion to a standard error wraps the error in a [`Carried`], a type that other crates
//! cannot name. The conversion from a standard error unwraps a `Carried`. So a trace survives a
//! `Box<dyn Error>` or an `anyhow::Error` in between.
//!
//! Foreign code sees this chain of sources:
//!
//! 1. `Carried` prints the message. It stands for the outermost context, if there is one.
//! 2. If the error passed a yield, [`Trail`] prints the trace. It is a source because `anyhow`
//!    prints only the messages of an error and of its sources.
//! 3. The other contexts, then the payload itself, which can be downcast, then the payload's own
//!    sources.
//!
//! Without a context the payload repeats the message of the `Carried`: it must be a source so that
//! it can be downcast. Our own [`chain`](Error::chain) leaves out the repetition and the trail.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use super::payload::ContextPayload;
use super::{io, print, Error};

/// An error, wrapped for foreign code.
pub(super) struct Carried(Trail);

/// Prints the trace of the error, and is a source of its own.
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

/// The error that `node` carries, directly or in an `io::Error`. `node` is any link of a chain of
/// sources.
pub(super) fn within<'a>(node: &'a (dyn StdError + 'static)) -> Option<&'a Error> {
    let inside = node.downcast_ref().and_then(std::io::Error::get_ref);
    let inside = inside.map_or(node, |inside| inside);
    inside.downcast_ref().map(Carried::error)
}

/// Unwraps a carried error, or converts a foreign one by `make`.
pub(super) fn unwrap_or_else<E: Any>(error: E, make: impl FnOnce(E) -> Error) -> Error {
    let mut slot = Some(error);
    let carried = (&mut slot as &mut dyn Any).downcast_mut::<Option<Carried>>().and_then(Option::take);
    match (carried, slot) {
        (Some(carried), _) => carried.into_error(),
        (None, Some(error)) => io::unwrap_or_else(error, make),
        (None, None) => unreachable!("the slot is emptied only into `carried`"),
    }
}

/// The link of a chain of sources that our own chain shows in place of `node`: `node` itself, the
/// first link of the error that it carries, or the first link after a trail. None if there is none.
pub(super) fn shown<'a>(mut node: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    loop {
        if let Some(carried) = within(node) {
            node = carried.as_std();
        } else if let Some(trail) = node.downcast_ref::<Trail>() {
            // The link before it is foreign, such as an `#[error(transparent)]`, and has shown the
            // message of the `Carried`.
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
        match (**self.0.payload()).as_any().downcast_ref::<ContextPayload>() {
            // `Carried` stands for this context.
            Some(context) => context.source(),
            None => Some(self.0.as_std()),
        }
    }
}

/// The trace is kept, and the failure is among the sources: see [`Error::into_std`].
impl From<Error> for Box<dyn StdError + Send + Sync + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Carried::new(error))
    }
}

/// The trace is kept, and the failure is among the sources: see [`Error::into_std`].
impl From<Error> for Box<dyn StdError + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Carried::new(error))
    }
}

/// The trace is kept: anyhow's `{:?}` prints it as the first cause. The failure is a cause too, so
/// anyhow's `chain` has it with its type. Anyhow's own `downcast_ref` does not find it, because it
/// looks only at the outermost error, which is a wrapper here. See [`Error::into_std`].
#[cfg(feature = "anyhow")]
impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        anyhow::Error::new(Carried::new(error))
    }
}
