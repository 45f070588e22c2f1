//! An error that has no caller, on its way to a context that takes it.

use super::drops::NotedDrops;
use crate::error::{Error, Panicked};
use crate::report;

pub(crate) struct UnhandledError {
    /// The subject of the log record, such as "a callback".
    subject: &'static str,
    error: Error,
    /// The drops that the failed code has noted. They are reported when this field is dropped.
    drops: NotedDrops,
}

impl UnhandledError {
    /// Makes that of a callback or an engine which has noted these drops while it ran. They are
    /// marked as drops of code that has failed.
    pub(crate) fn with_drops(subject: &'static str, error: Error, drops: NotedDrops) -> Self {
        drops.mark_failed();
        UnhandledError { subject, error, drops }
    }

    /// Makes one without drops.
    pub(crate) fn new(subject: &'static str, error: Error) -> Self {
        UnhandledError { subject, error, drops: NotedDrops::default() }
    }

    /// Takes the error out, to throw it. The rest stays behind, and the drops are reported after
    /// the poll. If no yield has taken the error, it becomes a [new](Self::new) one.
    pub(crate) fn into_parts(self) -> ((&'static str, NotedDrops), Error) {
        ((self.subject, self.drops), self.error)
    }

    /// Returns the error, for code that takes it for good. The drops are reported.
    pub(crate) fn into_error(self) -> Error {
        self.error
    }

    /// Logs an error that no context and no error handler has taken.
    pub(crate) fn report(&self) {
        let UnhandledError { subject, error, .. } = self;
        match error.downcast_ref::<Panicked>() {
            Some(panicked) => report::error(format_args!("{subject} {panicked}")),
            None => report::failure(format_args!("{subject} failed"), error),
        }
    }
}
