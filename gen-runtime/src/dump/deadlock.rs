//! [`Deadlock`]: the error of a blocking call whose future nothing can wake.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::Dump;

/// Nothing can wake the coroutine that [`run_sync`](crate::run_sync) waits for.
///
/// No task of the loop is ready, no timer runs, and the process has no other thread that could wake
/// one. Each task was polled once more, and stayed pending. So the program would hang for ever.
///
/// The error shows the wait of each task, and the circles of tasks that wait for each other.
///
/// # When it is known
///
/// The loop is asked after it has been idle for a second, or at once if its clock does not run by
/// itself. Only Linux tells a program how many threads it has; elsewhere, and if there are other
/// threads, one of them may hold a [`Promise`](crate::Promise), a callback or a
/// [`Remote`](crate::Remote). Then a hang is only probable: after ten seconds it is logged as a
/// warning, with the same text, and the call goes on waiting. A loop for which a thread holds a
/// [`KeepAlive`](crate::Remote::keep_alive), and one of whose futures belongs to another library
/// and keeps a waker, is never suspected.
///
/// ```
/// # // The threads of a doctest's process are none of its own, so it only shows the type.
/// fn main() -> gen::Result {
///     # return Ok(());
///     let (_promise, never) = gen::promise::<u32>();
///     let error = gen::run_sync(never).unwrap_err();
///     if let Some(deadlock) = error.downcast_ref::<gen::Deadlock>() {
///         eprintln!("{deadlock}");
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlock {
    dump: Dump,
}

impl Deadlock {
    pub(crate) fn new(dump: Dump) -> Self {
        Deadlock { dump }
    }

    /// The waits of all tasks. [`Dump::circles`] has those that wait for each other.
    #[must_use]
    pub fn dump(&self) -> &Dump {
        &self.dump
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = "deadlock: no task is ready, no timer runs, and no other thread could wake a task";
        write!(f, "{what}\n\n{}", self.dump)
    }
}

impl Error for Deadlock {}

/// The text of a wait that only another thread can end.
pub(crate) struct ProbableDeadlock<'a> {
    pub(crate) dump: &'a Dump,
    /// How long the loop has been idle.
    pub(crate) idle: Duration,
}

impl fmt::Display for ProbableDeadlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`run_sync` has waited for {:?}, and only another thread can end that: no task is ready, \
             and no timer runs. If a thread is to set a promise or to call a callback, let it hold a \
             `gen::KeepAlive` until it has; otherwise this is a deadlock\n\n{}",
            self.idle, self.dump,
        )
    }
}
