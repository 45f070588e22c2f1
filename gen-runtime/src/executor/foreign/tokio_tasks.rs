//! The tasks of tokio.

use std::future::Future;

use tokio::runtime::Handle;

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

/// Spawns a task on the runtime that is entered.
pub(super) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    // The handle of tokio is not needed: the task never panics, and our own handle has its result.
    drop(tokio::spawn(task));
}

/// Spawns a task in the local context that is entered.
pub(super) fn spawn_local(task: impl Future<Output = ()> + 'static) {
    drop(tokio::task::spawn_local(task));
}
