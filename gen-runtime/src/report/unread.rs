//! Reports of failures that are never read: those of a task or a [promise](crate::promise) that has
//! lost its handle. The report depends on the reason of the loss.
//!
//! A timeout that expires drops its child. During that drop, [`by_timeout`] keeps the timeout in a
//! thread-local. Each handle that is dropped then counts as detached by the timeout, even if it
//! lies deep in a list or in a coroutine's locals.
//!
//! A task that a destructor spawns during the drop, perhaps to clean up, is an exception: the
//! timeout never waited for it, so its failure is reported even if the timeout is to keep quiet
//! about errors of that type. A task records that it was [spawned then](is_timing_out).

use std::cell::Cell;

use super::{Failed, IsQuiet};
use crate::{report, Error};

thread_local! {
    /// The errors that are quiet after the timeout that is dropping its child.
    static TIMEOUT: Cell<Option<IsQuiet>> = const { Cell::new(None) };
}

/// The reason why a task or a promise has lost its handle.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detached {
    /// The handle was dropped.
    Unwatched,
    /// A timeout expired and dropped the handle. Errors for which `IsQuiet` holds are not reported.
    ByTimeout(IsQuiet),
}

/// Whether a timeout on this thread is dropping its child.
pub(crate) fn is_timing_out() -> bool {
    TIMEOUT.get().is_some()
}

impl Detached {
    /// The reason for a handle that is dropped now.
    pub(crate) fn now() -> Self {
        TIMEOUT.get().map_or(Detached::Unwatched, Detached::ByTimeout)
    }

    /// Whether the timeout's `quiet` names the type of the error.
    pub(crate) fn is_quiet(self, error: &Error) -> bool {
        matches!(self, Detached::ByTimeout(is_quiet) if is_quiet(error))
    }

    /// Reports a failure of `subject`, a task or a promise, that came after the handle was lost.
    pub(crate) fn report(self, subject: &str, error: &Error) {
        match self {
            Detached::Unwatched => report_unread(subject, error),
            Detached::ByTimeout(_) if self.is_quiet(error) => {}
            Detached::ByTimeout(_) => {
                report::failure(format_args!("{subject} failed after the timeout that waited for it"), error);
            }
        }
    }
}

/// Reports the failure of `subject`, a task or a promise. Its last handle was dropped before its
/// result was read.
pub(crate) fn report_unread(subject: &str, error: &Error) {
    report::failure(format_args!("{subject} failed, and its result was never read"), error);
}

/// Reports, in one record, the failures of children whose results were not read. `one` names a
/// single child, `many` several.
pub(crate) fn report_unread_children(one: &str, many: &str, errors: &[Error]) {
    let subject = |count| match count {
        1 => format!("{one} failed, and its result was never read"),
        count => format!("{count} {many} failed, and their results were never read"),
    };
    report::failures(subject, errors.iter().map(|error| Failed { child: "", error }));
}

/// Reports the failures of children of `race` that do not count, since a later child has succeeded.
pub(crate) fn report_superseded(race: &str, errors: &[Error]) {
    let failures = errors.iter().map(|error| Failed { child: "", error });
    report::harmless(&format_args!("children of {race} failed before another one succeeded"), failures);
}

/// Runs `drop`, which drops the child of an expired timeout.
pub(crate) fn by_timeout(is_quiet: IsQuiet, drop: impl FnOnce()) {
    let _restore = Restore(TIMEOUT.replace(Some(is_quiet)));
    drop();
}

struct Restore(Option<IsQuiet>);

impl Drop for Restore {
    fn drop(&mut self) {
        TIMEOUT.set(self.0);
    }
}
