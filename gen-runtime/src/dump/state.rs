//! The state of a task, as the forms of a dump for people name it.

use super::graph::{Of, TaskDump, TaskState};
use crate::error::Site;

/// The predicate of a sentence on the task; `None` if it only waits.
pub(super) fn state_text(of: Of, state: TaskState) -> Option<&'static str> {
    match (state, of) {
        (TaskState::Suspended, _) => None,
        (TaskState::Woken, _) => Some("was woken before it was asked"),
        (TaskState::WentOn, _) => Some("went on when it was asked"),
        (TaskState::Ended, _) => Some("ended when it was asked"),
        (TaskState::Running, Of::Loop { .. }) => Some("is running"),
        #[cfg(all(feature = "tokio", not(loom)))]
        (TaskState::Running, Of::Tracker) => {
            Some("has not answered in time: it is running, or no thread polls it")
        }
    }
}

/// The yield from which the task went on, if it is known. A task that was woken would have gone on
/// anyway.
pub(super) fn went_on_at(task: &TaskDump) -> Option<Site> {
    task.went_on_at.filter(|_| task.state != TaskState::Woken)
}
