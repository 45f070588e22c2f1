//! The places where the tasks that are spawned are tracked.

use std::future::Future;
use std::sync::Arc;

use super::executor::Executor;
use super::tokio_tasks;
use super::tracker::Tracker;
use super::with_executor::WithExecutor;
use crate::executor::current;

/// Returns the executor that is used here, with a tracker. `None` where tasks do not go to tokio.
pub(crate) fn tracked_here(tracker: &Arc<Tracker>) -> Option<Executor> {
    let is_local = match current::executor() {
        Some(executor) if executor.is_spawner() => return None,
        Some(executor) => executor.is_local(),
        None if current::get().is_none() && tokio_tasks::takes_tasks() => false,
        None => return None,
    };
    Some(Executor::tokio(is_local, Some(Arc::clone(tracker))))
}

/// Runs a future whose tasks are tracked.
pub(crate) async fn within_tracker<F: Future>(tracker: Arc<Tracker>, future: F) -> F::Output {
    match tracked_here(&tracker) {
        Some(executor) => WithExecutor::new(executor, future).await,
        None => future.await,
    }
}
