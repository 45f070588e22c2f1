//! Links to tasks and to promises, and the names of states.

use maud::{html, Markup};

use super::super::graph::{Dump, TaskDump, TaskState};

/// The number of a task, which leads to it.
pub(super) fn link(dump: &Dump, number: usize) -> Markup {
    let name = dump.tasks.get(number).map(TaskDump::name);
    html! { a href=(format!("#{}", task_id(number))) title=[name] { (number) } }
}

/// The anchor of a task.
pub(super) fn task_id(number: usize) -> String {
    format!("task-{number}")
}

/// A promise, as a link to its line in the list of promises.
pub(super) fn promise_link(number: usize) -> Markup {
    html! { a href=(format!("#{}", promise_id(number))) { "promise " (number) } }
}

/// The anchor of a promise.
pub(super) fn promise_id(number: usize) -> String {
    format!("promise-{number}")
}

/// The state of a task, after a number of tasks.
pub(super) fn state_name(state: TaskState) -> &'static str {
    match state {
        TaskState::Suspended => "suspended",
        TaskState::Woken => "woken",
        TaskState::WentOn => "went on when asked",
        TaskState::Ended => "ended when asked",
        TaskState::Running => "running",
    }
}
