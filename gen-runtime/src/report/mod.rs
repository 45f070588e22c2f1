//! What the runtime has to say when there is nobody to return it to: records of the target `gen`.
//!
//! | what happened | level |
//! |---|---|
//! | an error is lost: nobody looks at it, or nobody can | `ERROR` |
//! | something may be a mistake | `WARN` |
//! | a [cancellation](crate::Cancelled) is lost, which whoever asked for it expects | `DEBUG` |
//!
//! The failures of one group are one record, however many there are.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | the records |
//! | `quiet.rs` | which errors are not worth one |
//! | `unread.rs` | why nobody waits for a task or a promise any more, and how its failure is reported then |
//! | `contain.rs` | code of a user that nobody waits for: its panic is a record |
//!
//! Records go to `log`. With the feature `tracing` they are events instead, in the span of the task
//! they are about; `tracing` hands them to `log` as long as there is no subscriber.

mod contain;
mod quiet;
mod unread;

use std::fmt;

pub(crate) use self::contain::contain;

pub(crate) use self::quiet::{nothing, IsQuiet, QuietError, QuietTypes};
pub(crate) use self::unread::{by_timeout, report_unread, report_unread_children, Detached, SpawnedBy};

use crate::error::{Alone, Cancelled, ChildError, Error, Printed};

/// Reports a mistake or a panic that nobody will be told of otherwise.
pub(crate) fn error(message: fmt::Arguments<'_>) {
    record(Level::Error, message);
}

/// Reports what looks like a mistake.
pub(crate) fn warning(message: fmt::Arguments<'_>) {
    record(Level::Warning, message);
}

/// Reports an error that nobody will look at; `what` says whose it is. Its others are left out: the
/// group that raised the error has reported them.
pub(crate) fn failure(what: fmt::Arguments<'_>, error: &Error) {
    record(Level::of(error), format_args!("{what}: {}", Alone(error)));
}

/// Reports the failures of one group that nobody will be handed, in one record; `what` says whose a
/// number of them are.
///
/// Cancellations are left out of it: they are a record of their own, at `DEBUG`. A failure that was
/// reported before, as one of this or of another group, is left out of both.
pub(crate) fn failures<'a, W, P, I>(what: impl Fn(usize) -> W, failures: I)
where
    W: fmt::Display,
    P: fmt::Display,
    I: IntoIterator<Item = Failed<'a, P>>,
{
    let failures = failures.into_iter().filter(|failed| !failed.error.mark_reported());
    let (cancelled, failed): (Vec<_>, Vec<_>) =
        failures.partition(|failed| Level::of(failed.error) == Level::Debug);
    for (level, failures) in [(Level::Error, failed), (Level::Debug, cancelled)] {
        if !failures.is_empty() {
            record(level, format_args!("{}: {}", what(failures.len()), Lines(&failures)));
        }
    }
}

/// One of the failures of a group.
pub(crate) struct Failed<'a, P> {
    /// Which child it was; printed in front of the error.
    pub(crate) place: P,
    pub(crate) error: &'a Error,
}

impl<'a> From<&'a ChildError> for Failed<'a, String> {
    fn from(other: &'a ChildError) -> Self {
        Failed { place: format!("{}: ", other.path_text()), error: &other.error }
    }
}

/// Prints failures one a line, each with its causes and its trace on lines of their own. Their
/// others are left out: whoever raised the error has reported them. One that panics as it is
/// printed takes no other with it.
struct Lines<'a, P>(&'a [Failed<'a, P>]);

impl<P: fmt::Display> fmt::Display for Lines<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(number, Failed { place, error })| {
            let line_break = if number > 0 { "\n" } else { "" };
            write!(f, "{line_break}{place}{}", Printed(format_args!("{}", Alone(error))))
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Debug,
}

impl Level {
    /// The level at which an error is reported that nobody will look at.
    fn of(error: &Error) -> Self {
        if error.is::<Cancelled>() {
            Level::Debug
        } else {
            Level::Error
        }
    }
}

/// A record may hold what a user prints: if that panics, the record says so.
fn record(level: Level, message: fmt::Arguments<'_>) {
    let message = Printed(message);
    #[cfg(not(feature = "tracing"))]
    match level {
        Level::Error => log::error!(target: "gen", "{message}"),
        Level::Warning => log::warn!(target: "gen", "{message}"),
        Level::Debug => log::debug!(target: "gen", "{message}"),
    }
    #[cfg(feature = "tracing")]
    match level {
        Level::Error => tracing::error!(target: "gen", "{message}"),
        Level::Warning => tracing::warn!(target: "gen", "{message}"),
        Level::Debug => tracing::debug!(target: "gen", "{message}"),
    }
}
