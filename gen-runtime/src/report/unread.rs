//! Reports of failures that are never read: those of a task or a [promise](crate::promise) that has
//! lost its handle. The report depends on the reason of the loss.
//!
//! A timeout that expires drops its child. During that drop, [`by_timeout`] keeps the timeout in a
//! thread-local. Each handle that is dropped then counts as detached by the timeout, even if it
//! lies deep in a list or in a coroutine's locals.
//!
//! A task that a destructor spawns during the drop, perhaps to clean up, is an exception: the
//! timeout never waited for it. So each such drop has a number, and a task records the number of
//! the drop in which it was spawned.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Failed, IsQuiet};
use crate::{report, Error};

thread_local! {
    static TIMEOUT: Cell<Option<Timeout>> = const { Cell::new(None) };
}

/// A timeout that is dropping its child.
#[derive(Clone, Copy)]
struct Timeout {
    number: NonZeroU32,
    is_quiet: IsQuiet,
}

/// The timeout whose drop was running when a task was spawned, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpawnedBy(Option<NonZeroU32>);

/// The reason why a task or a promise has lost its handle.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detached {
    /// The handle was dropped.
    Unwatched,
    /// A timeout expired and dropped the handle. Errors for which `IsQuiet` holds are not reported.
    ByTimeout(IsQuiet),
}

impl SpawnedBy {
    pub(crate) const NO_TIMEOUT: SpawnedBy = SpawnedBy(None);

    pub(crate) fn now() -> Self {
        SpawnedBy(TIMEOUT.get().map(|timeout| timeout.number))
    }
}

impl Detached {
    /// The reason for a handle that is dropped now. `spawned` is the origin of its task.
    pub(crate) fn now(spawned: SpawnedBy) -> Self {
        let timeout = TIMEOUT.get().filter(|timeout| spawned != SpawnedBy(Some(timeout.number)));
        timeout.map_or(Detached::Unwatched, |timeout| Detached::ByTimeout(timeout.is_quiet))
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
                report::failure(format_args!("{subject} failed after its timeout"), error);
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

/// Runs `drop`, which drops the child of an expired timeout.
pub(crate) fn by_timeout(is_quiet: IsQuiet, drop: impl FnOnce()) {
    let number = next_number();
    let _restore = Restore(TIMEOUT.replace(Some(Timeout { number, is_quiet })));
    drop();
}

/// Numbers repeat after 2^32 timeouts. A task that was spawned that long ago may then count as
/// spawned by the drop that detaches it, and its late failure is logged as a plain one.
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
