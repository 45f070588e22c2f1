//! [`Executor`]: the place where a new task goes.

use std::future::Future;
#[cfg(all(feature = "tokio", not(loom)))]
use std::panic::Location;
use std::sync::Arc;

use super::hosted_task::HostedRef;
use super::spawner::{SpawnedTask, Spawner};
#[cfg(all(feature = "tokio", not(loom)))]
use super::tokio_tasks;
#[cfg(all(feature = "tokio", not(loom)))]
use super::tracker::{until_end, Tracker};

/// A foreign executor, as far as it takes tasks.
#[derive(Clone)]
pub(crate) enum Executor {
    /// The executor that was handed over by [`with_spawner`](super::with_spawner()).
    Spawner(Arc<dyn Spawner>),
    /// The runtime of tokio that is entered on this thread.
    #[cfg(all(feature = "tokio", not(loom)))]
    Tokio {
        /// Whether it also takes tasks that stay on this thread.
        is_local: bool,
        /// The tracker of the tasks that are spawned.
        tracker: Option<Arc<Tracker>>,
    },
}

impl Executor {
    /// The runtime of tokio that is entered.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn tokio(is_local: bool) -> Self {
        Executor::Tokio { is_local, tracker: None }
    }

    /// Returns the tracker of the tasks that are spawned on it.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn tracker(&self) -> Option<&Arc<Tracker>> {
        match self {
            Executor::Tokio { tracker, .. } => tracker.as_ref(),
            Executor::Spawner(_) => None,
        }
    }

    /// Returns the executor that is found where none of ours runs.
    pub(crate) fn detect() -> Option<Self> {
        #[cfg(all(feature = "tokio", not(loom)))]
        if tokio_tasks::takes_tasks() {
            return Some(Executor::tokio(false));
        }
        None
    }

    /// Returns the executor of the tasks that such a task spawns: tasks that may be moved have no
    /// place for tasks that stay on a thread.
    pub(crate) fn of_any_thread(&self) -> Self {
        match self {
            Executor::Spawner(spawner) => Executor::Spawner(Arc::clone(spawner)),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { tracker, .. } => Executor::Tokio { is_local: false, tracker: tracker.clone() },
        }
    }

    /// Takes the shell of a task that may be moved to another thread. `task` is the same task, for
    /// a tracker.
    #[track_caller]
    // Only tasks on tokio are tracked.
    #[cfg_attr(any(loom, not(feature = "tokio")), allow(unused_variables))]
    pub(crate) fn spawn(
        &self,
        shell: impl Future<Output = ()> + Send + 'static,
        task: impl FnOnce() -> HostedRef,
    ) {
        match self {
            Executor::Spawner(spawner) => spawner.spawn(SpawnedTask::new(shell)),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { tracker: None, .. } => tokio_tasks::spawn(shell),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { tracker: Some(tracker), .. } => {
                tokio_tasks::spawn(until_end(shell, tracker.track(task(), Location::caller())));
            }
        }
    }

    /// Whether it takes tasks that stay on this thread.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Executor::Spawner(_) => false,
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { is_local, .. } => *is_local,
        }
    }

    /// As [`spawn`](Self::spawn), for a task that stays on this thread. Drops the shell if the
    /// executor takes none.
    #[track_caller]
    // Only tasks on tokio are tracked.
    #[cfg_attr(any(loom, not(feature = "tokio")), allow(unused_variables))]
    pub(crate) fn spawn_local(
        &self,
        shell: impl Future<Output = ()> + 'static,
        task: impl FnOnce() -> HostedRef,
    ) {
        match self {
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { is_local: true, tracker: None } => tokio_tasks::spawn_local(shell),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { is_local: true, tracker: Some(tracker) } => {
                tokio_tasks::spawn_local(until_end(shell, tracker.track(task(), Location::caller())));
            }
            _ => drop(shell),
        }
    }
}
