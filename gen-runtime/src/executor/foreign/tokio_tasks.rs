//! The tasks of tokio.

use std::future::Future;

use tokio::runtime::Handle;

use crate::report::TaskName;

/// Whether a runtime of tokio is entered on this thread.
pub(crate) fn is_entered() -> bool {
    // In a task of tokio this takes no reference to the runtime.
    tokio::task::try_id().is_some() || Handle::try_current().is_ok()
}

/// Whether a task can be spawned here. A future that is dropped with its `LocalSet` or its handle
/// has the id of a task, but perhaps no runtime, so the id says nothing.
pub(crate) fn takes_tasks() -> bool {
    Handle::try_current().is_ok()
}

// The handles of tokio are not needed: a task never panics, and our own handle has its result.

/// Spawns a task on the runtime that is entered.
#[track_caller]
pub(super) fn spawn(_name: TaskName, task: impl Future<Output = ()> + Send + 'static) {
    #[cfg(all(tokio_unstable, feature = "tracing"))]
    drop(tokio::task::Builder::new().name(_name.get()).spawn(task));
    #[cfg(not(all(tokio_unstable, feature = "tracing")))]
    drop(tokio::spawn(task));
}

/// Spawns a task in the local context that is entered.
#[track_caller]
pub(super) fn spawn_local(_name: TaskName, task: impl Future<Output = ()> + 'static) {
    #[cfg(all(tokio_unstable, feature = "tracing"))]
    drop(tokio::task::Builder::new().name(_name.get()).spawn_local(task));
    #[cfg(not(all(tokio_unstable, feature = "tracing")))]
    drop(tokio::task::spawn_local(task));
}
