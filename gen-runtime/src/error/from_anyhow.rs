//! The way of an `anyhow::Error` into an [`Error`].
//!
//! It stays whole, as the payload: only `anyhow` itself can find the types in it, beneath the contexts that it has put in front of them.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::carried::Carried;
use super::{Error, Throw};

/// Marks `anyhow::Error`.
#[derive(Debug)]
pub enum Anyhow {}

impl Throw<Anyhow> for anyhow::Error {
    fn throw(self) -> Error {
        let Some(Carried(carried)) = self.downcast_ref() else { return FromAnyhow(self).into_error() };
        // Not taken out but cloned: it may be beneath contexts of anyhow, which are to stay.
        let carried = carried.clone();
        if self.chain().next().is_some_and(|outermost| outermost.is::<Carried>()) {
            return carried;
        }
        let mut error = FromAnyhow(self).into_error();
        error.repr.trace = carried.repr.trace;
        error.repr.others = carried.repr.others;
        error
    }
}

/// A payload that came from anyhow.
pub(super) struct FromAnyhow(anyhow::Error);

impl FromAnyhow {
    fn into_error(self) -> Error {
        Error::from_payload(Arc::new(self))
    }

    /// The `E` beneath the contexts, also where it went through an [`Error`] before.
    pub(super) fn find<E: StdError + Send + Sync + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref().or_else(|| self.0.downcast_ref::<Carried>()?.0.downcast_ref())
    }
}

impl fmt::Display for FromAnyhow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for FromAnyhow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for FromAnyhow {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}
