//! The places where the tasks that are spawned are tracked.

use std::future::Future;
use std::sync::Arc;

use super::executor::Executor;
use super::tokio_tasks;
use super::tracker::Tracker;
use super::with_executor::WithExecutor;
use crate::executor::current;

/// Returns the executor that is used here, with a tracker. `None` where tasks do not go to tokio.
fn tracked_here(tracker: &Arc<Tracker>) -> Option<Executor> {
    let tracker = Some(Arc::clone(tracker));
    match current::executor() {
        Some(Executor::Tokio { is_local, .. }) => Some(Executor::Tokio { is_local, tracker }),
        Some(Executor::Spawner(_)) => None,
        None if current::get().is_none() && tokio_tasks::takes_tasks() => {
            Some(Executor::Tokio { is_local: false, tracker })
        }
        None => None,
    }
}

/// Runs a future whose tasks are tracked.
pub(crate) async fn within_tracker<F: Future>(tracker: Arc<Tracker>, future: F) -> F::Output {
    match tracked_here(&tracker) {
        Some(executor) => WithExecutor::new(executor, future).await,
        None => future.await,
    }
}

/// The tasks that are spawned on this thread are tracked until the guard is dropped.
pub(crate) fn enter_tracker(tracker: &Arc<Tracker>) -> current::EnteredExecutor {
    current::enter_executor(tracked_here(tracker).or_else(current::executor))
}
