//! [`Executor`]: the place where a new task goes.

#[cfg(all(feature = "tokio", not(loom)))]
use std::panic::Location;
use std::sync::Arc;

use super::hosted_task::{AnyThread, ThisThread};
use super::shell::Shell;
use super::spawner::{SpawnedTask, Spawner};
#[cfg(all(feature = "tokio", not(loom)))]
use super::tokio_tasks;
#[cfg(all(feature = "tokio", not(loom)))]
use super::tracker::{until_end, Tracker};
use crate::report::TaskName;

/// A foreign executor, as far as it takes tasks. It is one word, because each task has one.
#[derive(Clone)]
pub(crate) struct Executor(Option<Arc<Kind>>);

/// The executors, except for the usual one, which is `None`: the runtime of tokio that is entered
/// on this thread, for tasks that may be moved to another one.
enum Kind {
    /// The executor that was handed over by [`with_spawner`](super::with_spawner()).
    Spawner(Box<dyn Spawner>),
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
    /// Returns the executor that a user hands over.
    pub(crate) fn of_spawner(spawner: impl Spawner) -> Self {
        Executor(Some(Arc::new(Kind::Spawner(Box::new(spawner)))))
    }

    /// Returns the runtime of tokio that is entered, with the tracker of the tasks that are spawned
    /// on it.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn tokio(is_local: bool, tracker: Option<Arc<Tracker>>) -> Self {
        let is_usual = !is_local && tracker.is_none();
        Executor((!is_usual).then(|| Arc::new(Kind::Tokio { is_local, tracker })))
    }

    /// Returns the executor that is found where none of ours runs.
    pub(crate) fn detect() -> Option<Self> {
        #[cfg(all(feature = "tokio", not(loom)))]
        if tokio_tasks::takes_tasks() {
            return Some(Executor(None));
        }
        None
    }

    /// Whether it is the usual one, of which nothing is kept.
    #[inline]
    pub(super) fn is_usual(&self) -> bool {
        self.0.is_none()
    }

    fn kind(&self) -> Option<&Kind> {
        self.0.as_deref()
    }

    /// Whether a user has handed it over.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn is_spawner(&self) -> bool {
        matches!(self.kind(), Some(Kind::Spawner(_)))
    }

    /// Returns the tracker of the tasks that are spawned on it.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn tracker(&self) -> Option<&Arc<Tracker>> {
        match self.kind() {
            Some(Kind::Tokio { tracker, .. }) => tracker.as_ref(),
            Some(Kind::Spawner(_)) | None => None,
        }
    }

    /// Returns the executor of the tasks that such a task spawns: tasks that may be moved have no
    /// place for tasks that stay on a thread.
    #[inline]
    pub(crate) fn of_any_thread(&self) -> Self {
        match self.kind() {
            #[cfg(all(feature = "tokio", not(loom)))]
            Some(Kind::Tokio { is_local: true, tracker }) => Executor::tokio(false, tracker.clone()),
            _ => self.clone(),
        }
    }

    /// Whether it takes tasks that stay on this thread.
    pub(crate) fn is_local(&self) -> bool {
        match self.kind() {
            #[cfg(all(feature = "tokio", not(loom)))]
            Some(Kind::Tokio { is_local, .. }) => *is_local,
            _ => false,
        }
    }

    /// Takes the shell of a task that may be moved to another thread.
    #[track_caller]
    // Only tasks on tokio have names.
    #[cfg_attr(any(loom, not(feature = "tokio")), allow(unused_variables))]
    #[inline]
    pub(crate) fn spawn(&self, shell: Shell<AnyThread>, name: TaskName) {
        match self.kind() {
            Some(kind) => kind.spawn(shell, name),
            #[cfg(all(feature = "tokio", not(loom)))]
            None => tokio_tasks::spawn(name, shell),
            #[cfg(any(loom, not(feature = "tokio")))]
            None => drop(shell),
        }
    }

    /// As [`spawn`](Self::spawn), for a task that stays on this thread. Drops the shell if the
    /// executor takes none.
    #[track_caller]
    // Only tasks on tokio are tracked, and have names.
    #[cfg_attr(any(loom, not(feature = "tokio")), allow(unused_mut, unused_variables))]
    pub(crate) fn spawn_local(&self, mut shell: Shell<ThisThread>, name: TaskName) {
        match self.kind() {
            #[cfg(all(feature = "tokio", not(loom)))]
            Some(Kind::Tokio { is_local: true, tracker: None }) => tokio_tasks::spawn_local(name, shell),
            #[cfg(all(feature = "tokio", not(loom)))]
            Some(Kind::Tokio { is_local: true, tracker: Some(tracker) }) => {
                let tracked = tracker.track(shell.second_reference(), Location::caller());
                tokio_tasks::spawn_local(name, until_end(shell, tracked));
            }
            _ => drop(shell),
        }
    }
}

impl Kind {
    /// See [`Executor::spawn`].
    #[track_caller]
    #[inline(never)]
    // Only tasks on tokio are tracked, and have names.
    #[cfg_attr(any(loom, not(feature = "tokio")), allow(unused_mut, unused_variables))]
    fn spawn(&self, mut shell: Shell<AnyThread>, name: TaskName) {
        match self {
            Kind::Spawner(spawner) => spawner.spawn(SpawnedTask::new(shell)),
            #[cfg(all(feature = "tokio", not(loom)))]
            Kind::Tokio { tracker: Some(tracker), .. } => {
                let tracked = tracker.track(shell.second_reference(), Location::caller());
                tokio_tasks::spawn(name, until_end(shell, tracked));
            }
            #[cfg(all(feature = "tokio", not(loom)))]
            Kind::Tokio { tracker: None, .. } => tokio_tasks::spawn(name, shell),
        }
    }
}
