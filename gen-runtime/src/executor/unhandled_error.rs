//! An error that has no caller, on its way to a context that takes it.

use super::drops::Untold;
use crate::error::{Error, Panicked};
use crate::report;

pub(crate) struct UnhandledError {
    /// Who failed, for the log: "a callback".
    what: &'static str,
    error: Error,
    /// What the callback has dropped that failed: told after the error.
    untold: Untold,
}

impl UnhandledError {
    /// Of a callback that has dropped `untold`.
    pub(super) fn of_callback(what: &'static str, error: Error, untold: Untold) -> Self {
        UnhandledError { what, error, untold }
    }

    pub(crate) fn new(what: &'static str, error: Error) -> Self {
        UnhandledError { what, error, untold: Untold::default() }
    }

    /// Takes the failure apart to throw the error; what nobody took is a [new](Self::new) one.
    pub(crate) fn into_parts(self) -> ((&'static str, Untold), Error) {
        ((self.what, self.untold), self.error)
    }

    /// For somebody who takes it.
    pub(crate) fn into_error(self) -> Error {
        self.error
    }

    /// The last resort.
    pub(crate) fn report(&self) {
        let UnhandledError { what, error, .. } = self;
        match error.downcast_ref::<Panicked>() {
            Some(panicked) => report::error(format_args!("{what} {panicked}")),
            None => report::failure(format_args!("{what} failed"), error),
        }
    }
}
