//! A question for all tasks of a loop, and their answers.

use crate::inject::question::AboutTask;
use crate::inject::question::{Answer, Shown, TaskTag, WentOn};
use crate::waiter::Sender;

/// A request for the answers of all tasks of a loop.
pub(crate) struct LoopQuestion {
    pub(crate) shown: Shown,
    pub(crate) reply: Sender<LoopAnswer>,
    /// The first turn of a blocking call has left it to a later turn.
    pub(crate) has_waited: bool,
}

/// The answers of all tasks of a loop.
#[derive(Debug)]
pub(crate) struct LoopAnswer {
    /// The number of the loop in the process.
    pub(crate) serial: u64,
    /// The number of turns that it has begun.
    pub(crate) turn: u64,
    pub(crate) tasks: Vec<TaskAnswer>,
}

#[derive(Debug)]
pub(crate) struct TaskAnswer {
    pub(crate) tag: TaskTag,
    pub(crate) about: AboutTask,
    /// Whether it is the future of the blocking call that runs the loop.
    pub(crate) is_root: bool,
    pub(crate) asked: TaskAsked,
}

/// `was_woken` says whether the task was woken before it was asked, perhaps by another task that
/// was asked first.
#[derive(Debug)]
pub(crate) enum TaskAsked {
    Suspended {
        answer: Answer,
        was_woken: bool,
    },
    /// It went on when it was asked, to its end.
    Ended {
        went_on: WentOn,
        was_woken: bool,
    },
    Running,
}
