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
/// It shows no keys of children and callbacks, because the program has not asked for them: they may
/// be data that does not belong into a log.
///
/// ```
/// # // Only Linux tells how many threads there are.
/// # if std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() == 1) {
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn read() -> gen::Result<u32> {
///     let (_nobody_sets_it, value) = gen::promise();
///     yield_!(value)
/// }
///
/// let error = gen::run_sync(read()).unwrap_err();
/// let deadlock = error.downcast_ref::<gen::Deadlock>().unwrap();
/// assert!(deadlock.to_string().contains(" in read\n  waits for promise 1 of u32"));
/// assert_eq!(deadlock.dump().tasks().len(), 1);
/// # }
/// ```
///
/// # When it is known
///
/// The loop is asked after it has been idle for a second, or at once if its clock does not run by
/// itself. Only Linux tells a program how many threads it has; elsewhere, and if there are other
/// threads, one of them may hold a [`Promise`](crate::Promise), a callback or a
/// [`Remote`](crate::Remote). Then a hang is only probable: after ten seconds it is logged as a
/// warning, with the same text, once in a call, and the call goes on waiting.
///
/// # When there is not even a warning
///
/// There is no warning while another thread may well be about to wake the loop:
///
/// - while a thread holds a [`KeepAlive`](crate::Remote::keep_alive) of the loop. Then there is no
///   `Deadlock`, either;
/// - while a task waits for a future of another library that keeps a waker, for a task of another
///   loop, for a [blocking call](crate::blocking()), for a dump of another loop, or for an event
///   that is [described](crate::drive::say).
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
            "a blocking call has waited for {:?}, and only another thread can end that: no task is ready, \
             and no timer runs. If a thread is to set a promise or to call a callback, let it hold a \
             `gen::KeepAlive` until it has; otherwise this is a deadlock\n\n{}",
            self.idle, self.dump,
        )
    }
}
