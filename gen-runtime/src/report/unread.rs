//! Why nobody waits for a task, or for a [promise](crate::promise), any more: it decides how a
//! failure of the task or the promise is reported.
//!
//! A timeout that gives up drops its child. While that drop runs, the thread knows of the timeout:
//! each handle that is dropped then, however deep it lies in a list or in a coroutine's locals, is
//! detached by that timeout. A task that a destructor spawns meanwhile, perhaps to clean up, is
//! none that the timeout has waited for. So each such drop has a number, and a task remembers in
//! which drop it was spawned.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Failed, IsQuiet};
use crate::{report, Error};

thread_local! {
    static TIMEOUT: Cell<Option<Timeout>> = const { Cell::new(None) };
}

/// A timeout that is dropping what it waited for.
#[derive(Clone, Copy)]
struct Timeout {
    number: NonZeroU32,
    is_quiet: IsQuiet,
}

/// The timeout whose drop was running when the task was spawned, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpawnedBy(Option<NonZeroU32>);

/// Why a task or a promise has no handle any more.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detached {
    /// The handle was dropped.
    Unwatched,
    /// A timeout gave up and dropped the handle; errors of these types are not reported.
    ByTimeout(IsQuiet),
}

impl SpawnedBy {
    pub(crate) const NOBODY: SpawnedBy = SpawnedBy(None);

    pub(crate) fn now() -> Self {
        SpawnedBy(TIMEOUT.get().map(|timeout| timeout.number))
    }
}

impl Detached {
    /// Why a handle is dropped that is dropped now, of a task that was `spawned` then.
    pub(crate) fn now(spawned: SpawnedBy) -> Self {
        let timeout = TIMEOUT.get().filter(|timeout| spawned != SpawnedBy(Some(timeout.number)));
        timeout.map_or(Detached::Unwatched, |timeout| Detached::ByTimeout(timeout.is_quiet))
    }

    /// Whether a failure is of a type that the timeout was told not to report.
    pub(crate) fn is_quiet(self, error: &Error) -> bool {
        matches!(self, Detached::ByTimeout(is_quiet) if is_quiet(error))
    }

    /// Reports a failure of `what`, a task or a promise, that has come since.
    pub(crate) fn report(self, what: &str, error: &Error) {
        match self {
            Detached::Unwatched => report_unread(what, error),
            Detached::ByTimeout(_) if self.is_quiet(error) => {}
            Detached::ByTimeout(_) => report::failure(
                format_args!("{what} failed after the timeout of whoever waited for it"),
                error,
            ),
        }
    }
}

/// Reports the failure of `what`, a task or a promise, whose last handle was dropped without a look
/// at its result.
pub(crate) fn report_unread(what: &str, error: &Error) {
    report::failure(format_args!("{what} failed, and nobody looked at its result"), error);
}

/// Reports, in one record, the failures of children whose results nobody asked for: `one` names a
/// child, `many` several.
pub(crate) fn report_unread_children(one: &str, many: &str, errors: &[Error]) {
    let what = |count| match count {
        1 => format!("{one} failed, and nobody looked at its result"),
        count => format!("{count} {many} failed, and nobody looked at their results"),
    };
    report::failures(what, errors.iter().map(|error| Failed { place: "", error }));
}

/// Runs `drop`, which drops the child of a timeout.
pub(crate) fn by_timeout(is_quiet: IsQuiet, drop: impl FnOnce()) {
    let number = next_number();
    let _restore = Restore(TIMEOUT.replace(Some(Timeout { number, is_quiet })));
    drop();
}

/// Numbers are used again after 2^32 timeouts. A task that was spawned so long ago is then taken
/// for a new one, and its late failure is logged.
fn next_number() -> NonZeroU32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

struct Restore(Option<Timeout>);

impl Drop for Restore {
    fn drop(&mut self) {
        TIMEOUT.set(self.0);
    }
}
