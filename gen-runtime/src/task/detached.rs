//! Why nobody waits for a task any more, or for a [promise](crate::promise), which says how its failure is told.
//!
//! A timeout that gives up drops what it waited for, and says so to its thread meanwhile: the handles that are dropped then, however deep they lie in a
//! list or in a coroutine's locals, are detached by that timeout. What a destructor spawns just then, to clean up perhaps, was nothing that the timeout
//! waited for: so each such drop has a number, and a task remembers the one in which it was spawned.
use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::quiet::IsQuiet;
use crate::report::{self, Failed};
use crate::Error;

thread_local! {
    static TIMEOUT: Cell<Option<Timeout>> = const { Cell::new(None) };
}

/// A timeout that is dropping what it waited for.
#[derive(Clone, Copy)]
struct Timeout {
    number: NonZeroU32,
    is_quiet: IsQuiet,
}

/// In the drop of which timeout a task was spawned; of none, nearly always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpawnedBy(Option<NonZeroU32>);

/// Why there is no handle.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detached {
    /// It was dropped.
    Unwatched,
    /// A timeout gave up; errors of these types are not worth telling.
    ByTimeout(IsQuiet),
}

impl SpawnedBy {
    pub(crate) const NOBODY: SpawnedBy = SpawnedBy(None);

    pub(super) fn now() -> Self {
        SpawnedBy(TIMEOUT.get().map(|timeout| timeout.number))
    }
}

impl Detached {
    /// Why a handle that is dropped just now is dropped, of a task that was spawned then.
    pub(crate) fn now(spawned: SpawnedBy) -> Self {
        let timeout = TIMEOUT.get().filter(|timeout| spawned != SpawnedBy(Some(timeout.number)));
        timeout.map_or(Detached::Unwatched, |timeout| Detached::ByTimeout(timeout.is_quiet))
    }

    /// Whether a failure is of a type that the timeout was told not to report.
    pub(crate) fn is_quiet(self, error: &Error) -> bool {
        matches!(self, Detached::ByTimeout(is_quiet) if is_quiet(error))
    }

    /// Reports a failure that came after that: of `what`, a task or a promise.
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

/// Reports a failure that was there when the last handle was dropped: of `what`, a task or a promise.
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

/// Runs `drop`, which drops what a timeout waited for.
pub(crate) fn by_timeout(is_quiet: IsQuiet, drop: impl FnOnce()) {
    let number = next_number();
    let _restore = Restore(TIMEOUT.replace(Some(Timeout { number, is_quiet })));
    drop();
}

/// Used again after 2^32 timeouts: a task that was spawned so long ago is then taken for a new one, whose late failure is logged.
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
