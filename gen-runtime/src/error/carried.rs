//! The way of an [`Error`] through code that wants a standard error, and back.
//!
//! On the way out it is put into [`Carried`], which nobody else can name. Whatever comes in as a standard error is asked whether it is one,
//! so that a trace survives a `Box<dyn Error>` or an `anyhow::Error` in between.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use super::Error;

pub(super) struct Carried(pub(super) Error);

/// The error that was carried, or else what `make` makes of a foreign one.
pub(super) fn unwrap_or_else<E: Any>(error: E, make: impl FnOnce(E) -> Error) -> Error {
    let mut slot = Some(error);
    let carried = (&mut slot as &mut dyn Any).downcast_mut::<Option<Carried>>().and_then(Option::take);
    match (carried, slot) {
        (Some(Carried(error)), _) => error,
        (None, Some(error)) => make(error),
        (None, None) => unreachable!("the slot is emptied only into `carried`"),
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for Carried {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl From<Error> for Box<dyn StdError + Send + Sync + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Carried(error))
    }
}

impl From<Error> for Box<dyn StdError + 'static> {
    fn from(error: Error) -> Self {
        Box::new(Carried(error))
    }
}

#[cfg(feature = "anyhow")]
impl From<Error> for anyhow::Error {
    fn from(error: Error) -> Self {
        anyhow::Error::new(Carried(error))
    }
}
