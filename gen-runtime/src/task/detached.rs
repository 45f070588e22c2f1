//! Why nobody waits for a task any more, or for a [promise](crate::promise), which says how its failure is told.
//!
//! A timeout that gives up drops what it waited for, and says so to its thread meanwhile: the handles that are dropped then, however deep they lie in a
//! list or in a coroutine's locals, are detached by that timeout. (So is a task that a destructor spawns and detaches just then.)
use std::cell::Cell;

use crate::quiet::IsQuiet;
use crate::report;
use crate::Error;

thread_local! {
    static TIMEOUT: Cell<Option<IsQuiet>> = const { Cell::new(None) };
}

/// Why there is no handle.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detached {
    /// It was dropped.
    Unwatched,
    /// A timeout gave up; errors of these types are not worth telling.
    ByTimeout(IsQuiet),
}

impl Detached {
    /// Why a handle that is dropped just now is dropped.
    pub(crate) fn now() -> Self {
        TIMEOUT.get().map_or(Detached::Unwatched, Detached::ByTimeout)
    }

    /// Logs a failure that came after that: of `what`, a task or a promise.
    pub(crate) fn report(self, what: &str, error: &Error) {
        match self {
            Detached::Unwatched => report_unread(what, error),
            Detached::ByTimeout(is_quiet) if is_quiet(error) => {}
            Detached::ByTimeout(_) => report::error(format_args!(
                "{what} failed after the timeout of whoever waited for it: {error:?}"
            )),
        }
    }
}

/// Logs a failure that was there when the last handle was dropped: of `what`, a task or a promise.
pub(crate) fn report_unread(what: &str, error: &Error) {
    report::error(format_args!("{what} failed, and nobody looked at its result: {error:?}"));
}

/// Runs `drop`, which drops what a timeout waited for.
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
