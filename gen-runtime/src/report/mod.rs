//! Log records of the target `gen`, for errors that cannot be returned to a caller.
//!
//! | event | level |
//! |---|---|
//! | an error is lost: no code reads it | `ERROR` |
//! | the program probably has a mistake | `WARN` |
//! | a [cancellation](crate::Cancelled) is lost, as its request expects | `DEBUG` |
//! | a failure does not count, since another child has succeeded ([`first_ok`](fn@crate::first_ok), [`hedge`](fn@crate::hedge)) | `DEBUG` |
//!
//! All failures of one group are one record.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | the records |
//! | `heard.rs` | [`Heard`]: the error records of a thread, for a test |
//! | `quiet.rs` | the errors that `quiet` keeps out of the log |
//! | `unread.rs` | the records of a task or a promise that has lost its handle |
//! | `task_name.rs` | [`TaskName`]: the name of a task in spans |
//! | `type_name.rs` | names of types, as people read them |
//! | `contain.rs` | calls of a user's code whose panic becomes a record |
//!
//! Records go to `log`. With the feature `tracing` they are events in the span of their task
//! instead. `tracing` forwards them to `log` as long as there is no subscriber. A test hears the
//! error records of its thread, whatever becomes of them.

mod contain;
mod heard;
mod quiet;
mod task_name;
pub(crate) mod type_name;
mod unread;

use std::fmt;

pub(crate) use self::contain::{contain, drop_each};
pub(crate) use self::heard::Heard;
pub(crate) use self::quiet::{nothing, IsQuiet, QuietError, QuietTypes};
pub(crate) use self::task_name::TaskName;
pub(crate) use self::unread::{
    by_timeout, is_timing_out, report_superseded, report_unread, report_unread_children, Detached,
};

use crate::error::{Alone, Cancelled, ChildError, Error, Printed};

/// Reports a mistake or a panic that reaches no caller.
pub(crate) fn error(message: fmt::Arguments<'_>) {
    record(Level::Error, message);
}

/// Reports a probable mistake.
pub(crate) fn warning(message: fmt::Arguments<'_>) {
    record(Level::Warning, message);
}

/// Reports an error that no code will read. `subject` names the task or the callback that failed.
/// The others of the error are left out, since its group has reported them.
pub(crate) fn failure(subject: fmt::Arguments<'_>, error: &Error) {
    record(Level::of(error), format_args!("{subject}: {}", Alone(error)));
}

/// Reports, in one record, the failures of a group that it does not raise. `subject` makes the text
/// before them from their number.
///
/// Cancellations get a record of their own, at `DEBUG`. A failure that was reported before, for
/// this or another group, is in neither record.
pub(crate) fn failures<'a, W, P, I>(subject: impl Fn(usize) -> W, failures: I)
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
            record(level, format_args!("{}: {}", subject(failures.len()), Lines(&failures)));
        }
    }
}

/// Reports, in one record at `DEBUG`, failures that have cost the caller nothing.
pub(crate) fn harmless<'a, P, I>(subject: &fmt::Arguments<'_>, failures: I)
where
    P: fmt::Display,
    I: IntoIterator<Item = Failed<'a, P>>,
{
    let failures: Vec<_> = failures.into_iter().collect();
    if !failures.is_empty() {
        record(Level::Debug, format_args!("{subject}: {}", Lines(&failures)));
    }
}

/// One of the failures of a group.
pub(crate) struct Failed<'a, P> {
    /// Names the child. It is printed in front of the error.
    pub(crate) child: P,
    pub(crate) error: &'a Error,
}

impl<'a> From<&'a ChildError> for Failed<'a, String> {
    fn from(other: &'a ChildError) -> Self {
        Failed { child: format!("{}: ", other.path_text()), error: &other.error }
    }
}

/// Prints each failure on a line, followed by its causes and its trace on lines of their own. The
/// others of a failure are left out, since its own group has reported them. If one failure panics
/// while it is printed, the rest is still printed.
struct Lines<'a, P>(&'a [Failed<'a, P>]);

impl<P: fmt::Display> fmt::Display for Lines<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(number, Failed { child, error })| {
            let line_break = if number > 0 { "\n" } else { "" };
            write!(f, "{line_break}{child}{}", Printed(format_args!("{}", Alone(error))))
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
    /// The level of the record of a lost error.
    fn of(error: &Error) -> Self {
        if error.is::<Cancelled>() {
            Level::Debug
        } else {
            Level::Error
        }
    }
}

/// Writes a record. If the message calls a user's `Display` and that panics, the record says so.
fn record(level: Level, message: fmt::Arguments<'_>) {
    let message = Printed(message);
    if level == Level::Error {
        heard::hear(&message);
    }
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
