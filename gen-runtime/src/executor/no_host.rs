//! [`NoHost`]: nothing on this thread can do what is asked of an executor.

use std::error::Error as StdError;
use std::fmt;

/// Nothing that runs on this thread has the timers or takes the tasks that are needed.
///
/// A coroutine runs on every executor. Only these need more than a poll:
///
/// | needed | where |
/// |---|---|
/// | a timer: [`sleep`](crate::sleep()), a timeout that has to wait | on an [`IoLoop`](crate::IoLoop); on tokio, with the feature `tokio`; everywhere, with the feature `smol` |
/// | a task: [`spawn`](crate::spawn) | on an `IoLoop`; on tokio, with the feature `tokio`; within [`with_spawner`](crate::with_spawner) |
/// | the tasks of a [`dump`](fn@crate::dump) | on an `IoLoop`; elsewhere use the dump of a `TaskTracker` |
/// | a thread that may block: [`blocking`](crate::blocking()) | on tokio, with the feature `tokio`; everywhere, with the feature `blocking` |
/// | a task that stays on this thread: [`spawn_local`](crate::spawn_local), an [`engine`](macro@crate::engine) | on an `IoLoop`; on tokio within [`local`](crate::local()) |
///
/// The text of the error says which of them is missing, and what to do about it.
///
/// ```
/// // `futures` has an executor without timers and tasks.
/// let task = gen::spawn(async { Ok::<_, gen::Error>(7) });
/// let error = futures::executor::block_on(task).unwrap_err();
/// assert!(error.is::<gen::NoHost>());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoHost {
    missing: Missing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Tasks,
    LocalTasks,
    #[cfg(not(all(feature = "blocking", not(loom))))]
    Blocking,
    Time,
    #[cfg(all(feature = "tokio", not(loom)))]
    TimeOfTokio,
    Dump,
}

impl NoHost {
    pub(crate) fn for_tasks() -> Self {
        NoHost { missing: Missing::Tasks }
    }

    pub(crate) fn for_local_tasks() -> Self {
        NoHost { missing: Missing::LocalTasks }
    }

    #[cfg(not(all(feature = "blocking", not(loom))))]
    pub(crate) fn for_blocking() -> Self {
        NoHost { missing: Missing::Blocking }
    }

    pub(crate) fn for_dump() -> Self {
        NoHost { missing: Missing::Dump }
    }

    pub(crate) fn for_time() -> Self {
        NoHost { missing: Missing::Time }
    }

    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn for_time_of_tokio() -> Self {
        NoHost { missing: Missing::TimeOfTokio }
    }
}

/// The advice for users of tokio.
#[cfg(feature = "tokio")]
const ON_TOKIO: &str = "run it on a runtime of tokio";
#[cfg(not(feature = "tokio"))]
const ON_TOKIO: &str = "on tokio, enable the feature `tokio` of `gen-runtime`";

/// The advice for a dump on tokio.
#[cfg(feature = "tokio")]
const TRACKED: &str = "spawn the tasks in a `gen::TaskTracker`, and call its `dump`";
#[cfg(not(feature = "tokio"))]
const TRACKED: &str =
    "enable the feature `tokio` of `gen-runtime`, spawn the tasks in a `gen::TaskTracker`, and call its `dump`";

impl fmt::Display for NoHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.missing {
            Missing::Tasks => write!(
                f,
                "no executor that takes a task is known here: run the coroutine with `gen::run_sync`; {ON_TOKIO}; \
                 or hand an executor over with `gen::with_spawner`"
            ),
            Missing::LocalTasks => f.write_str(
                "the executor here takes no task that stays on this thread: use `gen::spawn`, whose task is \
                 `Send` (for an engine, `#[gen::engine(send)]`; for `shared` and `follow`, see \
                 `gen::executors`); on tokio, run the caller in `gen::local`; or run it with `gen::run_sync`",
            ),
            #[cfg(not(all(feature = "blocking", not(loom))))]
            Missing::Blocking => write!(
                f,
                "there is no pool of threads here for a closure that blocks: enable the feature `blocking` of \
                 `gen-runtime`; or {ON_TOKIO}"
            ),
            Missing::Time => write!(
                f,
                "there is no timer here for a sleep or a timeout: run the coroutine with `gen::run_sync`; \
                 {ON_TOKIO}; or, on any other executor, enable the feature `smol` of `gen-runtime`"
            ),
            Missing::Dump => write!(
                f,
                "no loop runs here whose tasks could be asked: call `dump` of the loop, or of its `remote()`; \
                 on tokio, {TRACKED}"
            ),
            #[cfg(all(feature = "tokio", not(loom)))]
            Missing::TimeOfTokio => f.write_str(
                "this runtime of tokio has no timers: call `enable_time` or `enable_all` of its builder",
            ),
        }
    }
}

impl StdError for NoHost {}
