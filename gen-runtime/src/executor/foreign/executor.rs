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
use crate::report::TaskName;

/// A foreign executor, as far as it takes tasks. It is two words, because each task has one.
#[derive(Clone)]
pub(crate) enum Executor {
    /// The executor that was handed over by [`with_spawner`](super::with_spawner()).
    Spawner(Arc<Box<dyn Spawner>>),
    /// The runtime of tokio that is entered on this thread.
    #[cfg(all(feature = "tokio", not(loom)))]
    Tokio {
        /// Whether it also takes tasks that stay on this thread.
        is_local: bool,
    },
    /// The same, and the tasks that are spawned are tracked.
    #[cfg(all(feature = "tokio", not(loom)))]
    Tracked { is_local: bool, tracker: Arc<Tracker> },
}

impl Executor {
    /// Returns the executor that a user hands over.
    pub(crate) fn of_spawner(spawner: impl Spawner) -> Self {
        Executor::Spawner(Arc::new(Box::new(spawner)))
    }

    /// Returns the runtime of tokio that is entered, with the tracker of the tasks that are spawned
    /// on it.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn tokio(is_local: bool, tracker: Option<Arc<Tracker>>) -> Self {
        match tracker {
            Some(tracker) => Executor::Tracked { is_local, tracker },
            None => Executor::Tokio { is_local },
        }
    }

    /// Returns the tracker of the tasks that are spawned on it.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn tracker(&self) -> Option<&Arc<Tracker>> {
        match self {
            Executor::Tracked { tracker, .. } => Some(tracker),
            Executor::Tokio { .. } | Executor::Spawner(_) => None,
        }
    }

    /// Returns the executor that is found where none of ours runs.
    pub(crate) fn detect() -> Option<Self> {
        #[cfg(all(feature = "tokio", not(loom)))]
        if tokio_tasks::takes_tasks() {
            return Some(Executor::Tokio { is_local: false });
        }
        None
    }

    /// Returns the executor of the tasks that such a task spawns: tasks that may be moved have no
    /// place for tasks that stay on a thread.
    pub(crate) fn of_any_thread(&self) -> Self {
        match self {
            Executor::Spawner(spawner) => Executor::Spawner(Arc::clone(spawner)),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { .. } => Executor::Tokio { is_local: false },
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tracked { tracker, .. } => {
                Executor::Tracked { is_local: false, tracker: Arc::clone(tracker) }
            }
        }
    }

    /// Takes the shell of a task that may be moved to another thread. `task` is the same task, for
    /// a tracker.
    #[track_caller]
    // Only tasks on tokio are tracked, and have names.
    #[cfg_attr(any(loom, not(feature = "tokio")), allow(unused_variables))]
    pub(crate) fn spawn(
        &self,
        shell: impl Future<Output = ()> + Send + 'static,
        name: TaskName,
        task: impl FnOnce() -> HostedRef,
    ) {
        match self {
            Executor::Spawner(spawner) => spawner.spawn(SpawnedTask::new(shell)),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { .. } => tokio_tasks::spawn(name, shell),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tracked { tracker, .. } => {
                let tracked = tracker.track(task(), Location::caller());
                tokio_tasks::spawn(name, until_end(shell, tracked));
            }
        }
    }

    /// Whether it takes tasks that stay on this thread.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Executor::Spawner(_) => false,
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { is_local } | Executor::Tracked { is_local, .. } => *is_local,
        }
    }

    /// As [`spawn`](Self::spawn), for a task that stays on this thread. Drops the shell if the
    /// executor takes none.
    #[track_caller]
    // Only tasks on tokio are tracked, and have names.
    #[cfg_attr(any(loom, not(feature = "tokio")), allow(unused_variables))]
    pub(crate) fn spawn_local(
        &self,
        shell: impl Future<Output = ()> + 'static,
        name: TaskName,
        task: impl FnOnce() -> HostedRef,
    ) {
        match self {
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tokio { is_local: true } => tokio_tasks::spawn_local(name, shell),
            #[cfg(all(feature = "tokio", not(loom)))]
            Executor::Tracked { is_local: true, tracker } => {
                let tracked = tracker.track(task(), Location::caller());
                tokio_tasks::spawn_local(name, until_end(shell, tracked));
            }
            _ => drop(shell),
        }
    }
}
