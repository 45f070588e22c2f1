//! The way of an `anyhow::Error` into an [`Error`].
//!
//! It stays whole, as the payload: only `anyhow` itself can find the types in it, beneath the contexts
//! that it has put in front of them.

use std::sync::Arc;

use super::carried::Carried;
use super::payload::{AnyError, Payload, Reported};
use super::{io, Error, Throw};

/// Marks `anyhow::Error`.
#[derive(Debug)]
pub enum Anyhow {}

impl Throw<Anyhow> for anyhow::Error {
    fn throw(self) -> Error {
        let outermost = self.chain().next();
        if outermost.is_some_and(|error| error.downcast_ref().is_some_and(io::carries)) {
            return match self.downcast::<std::io::Error>() {
                Ok(error) => Error::from(error),
                Err(error) => Error::from_payload(FromAnyhow::shared(error)),
            };
        }
        let is_carried = self.chain().next().is_some_and(|outermost| outermost.is::<Carried>());
        if is_carried {
            return match self.downcast::<Carried>() {
                Ok(carried) => carried.into_error(),
                Err(error) => Error::from_payload(FromAnyhow::shared(error)),
            };
        }
        let (trace, others) = match self.downcast_ref::<Carried>() {
            Some(carried) => (carried.error().repr.trace.clone(), carried.error().repr.others.clone()),
            None => Default::default(),
        };
        let mut error = Error::from_payload(FromAnyhow::shared(self));
        error.repr.trace = trace;
        error.repr.others = others;
        error
    }
}

/// A payload that came from anyhow.
pub(super) struct FromAnyhow {
    pub(super) error: anyhow::Error,
    reported: Reported,
}

impl FromAnyhow {
    pub(super) fn shared(error: anyhow::Error) -> Arc<dyn Payload> {
        Arc::new(FromAnyhow { error, reported: Reported::default() })
    }

    /// The error of ours that is beneath the contexts of anyhow.
    pub(super) fn carried(&self) -> Option<&Error> {
        self.error.downcast_ref::<Carried>().map(Carried::error)
    }
}

impl Payload for FromAnyhow {
    fn as_std(&self) -> &AnyError {
        &*self.error
    }

    fn beneath(&self) -> Option<&Arc<dyn Payload>> {
        self.carried().map(Error::payload)
    }

    fn reported(&self) -> &Reported {
        &self.reported
    }
}
