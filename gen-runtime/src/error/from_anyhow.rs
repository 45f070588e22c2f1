//! Conversion of an `anyhow::Error` to an [`Error`].
//!
//! The whole `anyhow::Error` becomes the payload. It cannot be taken apart, because only `anyhow`
//! can downcast it to a type beneath its contexts.

use std::io;
use std::sync::Arc;

use super::carried::Carried;
use super::payload::{AnyError, Payload, Reported};
use super::{carried, Error, Throw};

/// Marks `anyhow::Error`.
#[derive(Debug)]
pub enum Anyhow {}

impl Throw<Anyhow> for anyhow::Error {
    fn throw(self) -> Error {
        let carries = self.chain().next().is_some_and(|outermost| carried::within(outermost).is_some());
        if carries {
            return FromAnyhow::unwrap(self)
                .unwrap_or_else(|error| Error::from_payload(FromAnyhow::shared(error)));
        }
        let (trace, others) = match FromAnyhow::carried_by(&self) {
            Some(carried) => (carried.repr.trace.clone(), carried.repr.others.clone()),
            None => Default::default(),
        };
        let mut error = Error::from_payload(FromAnyhow::shared(self));
        error.repr.trace = trace;
        error.repr.others = others;
        error
    }
}

/// A payload made from an `anyhow::Error`.
pub(super) struct FromAnyhow {
    pub(super) error: anyhow::Error,
    reported: Reported,
}

impl FromAnyhow {
    pub(super) fn shared(error: anyhow::Error) -> Arc<dyn Payload> {
        Arc::new(FromAnyhow { error, reported: Reported::default() })
    }

    /// Our error beneath anyhow's contexts, if there is one.
    fn carried_by(error: &anyhow::Error) -> Option<&Error> {
        let in_io_error = || error.downcast_ref::<io::Error>().and_then(|error| carried::within(error));
        error.downcast_ref::<Carried>().map(Carried::error).or_else(in_io_error)
    }

    /// Takes out our error beneath anyhow's contexts. If there is none, returns `error` unchanged.
    pub(super) fn unwrap(error: anyhow::Error) -> Result<Error, anyhow::Error> {
        if FromAnyhow::carried_by(&error).is_none() {
            return Err(error);
        }
        let error = match error.downcast::<Carried>() {
            Ok(carried) => return Ok(carried.into_error()),
            Err(error) => error,
        };
        error.downcast::<io::Error>().map(Error::from)
    }
}

impl Payload for FromAnyhow {
    fn as_std(&self) -> &AnyError {
        &*self.error
    }

    fn beneath(&self) -> Option<&Arc<dyn Payload>> {
        FromAnyhow::carried_by(&self.error).map(Error::payload)
    }

    fn reported(&self) -> &Reported {
        &self.reported
    }
}
