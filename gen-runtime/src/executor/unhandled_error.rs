//! An error that has no caller, on its way to a context that takes it.

use super::drops::NotedDrops;
use crate::error::{Error, Panicked};
use crate::report;

pub(crate) struct UnhandledError {
    /// The subject of the log record, such as "a callback".
    subject: &'static str,
    error: Error,
    /// The callables that the failed callback has dropped, which are reported after the error.
    drops: NotedDrops,
}

impl UnhandledError {
    /// Makes the error of a callback that has dropped `drops`.
    pub(super) fn of_callback(subject: &'static str, error: Error, drops: NotedDrops) -> Self {
        UnhandledError { subject, error, drops }
    }

    pub(crate) fn new(subject: &'static str, error: Error) -> Self {
        UnhandledError { subject, error, drops: NotedDrops::default() }
    }

    /// Takes the error out, to throw it. If no yield takes it, it becomes a [new](Self::new) one.
    pub(crate) fn into_parts(self) -> ((&'static str, NotedDrops), Error) {
        ((self.subject, self.drops), self.error)
    }

    /// Takes the error out, for an owner that handles it.
    pub(crate) fn into_error(self) -> Error {
        self.error
    }

    /// Logs the error, if no context and no error handler has taken it.
    pub(crate) fn report(&self) {
        let UnhandledError { subject, error, .. } = self;
        match error.downcast_ref::<Panicked>() {
            Some(panicked) => report::error(format_args!("{subject} {panicked}")),
            None => report::failure(format_args!("{subject} failed"), error),
        }
    }
}
