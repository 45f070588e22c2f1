//! The places where the tasks that are spawned are tracked.

use std::future::Future;
use std::sync::Arc;

use super::executor::Executor;
use super::tokio_tasks;
use super::tracker::Tracker;
use super::with_executor::WithExecutor;
use crate::executor::current;

/// Whether the tasks that are spawned here go to tokio, which can track them.
pub(crate) fn tracks_here() -> bool {
    is_local_here().is_some()
}

/// Whether tokio also takes tasks here that stay on this thread. `None` where tasks do not go to
/// tokio.
fn is_local_here() -> Option<bool> {
    match current::executor() {
        Some(executor) if executor.is_spawner() => None,
        Some(executor) => Some(executor.is_local()),
        None if current::get().is_none() && tokio_tasks::takes_tasks() => Some(false),
        None => None,
    }
}

/// Runs a future whose tasks are tracked.
pub(crate) async fn within_tracker<F: Future>(tracker: Arc<Tracker>, future: F) -> F::Output {
    match is_local_here() {
        Some(is_local) => WithExecutor::new(Executor::tokio(is_local, Some(tracker)), future).await,
        None => future.await,
    }
}
