//! The properties of an executor that a test needs.

use crate::driver::Driver;

/// The property of a row that a test needs, and the reason why it cannot hold on each.
///
/// These are all the reasons for which a test does not run on a row. The page `gen::executors` of
/// the docs has them as a table, and a test compares both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// The test uses the embedded loop itself: its callbacks, its clock, its end.
    TheLoop,
    /// The test asserts in which order tasks run that are woken together.
    OrderOfTasks,
    /// The test asserts what happens within one turn: that code which runs after `spawn` and before
    /// the next yield is not overtaken by the task.
    OneThread,
    /// The test spawns a task that is not `Send`.
    LocalTasks,
    /// The test asserts at which instant something happens.
    VirtualTime,
    /// The test asserts what happens to a task that has not ended when its executor is dropped.
    EndDropsTasks,
    /// The test asserts that there is no host, which the features change.
    NoFeatures,
}

impl Needs {
    /// All of them.
    pub const ALL: [Needs; 7] = [
        Needs::TheLoop,
        Needs::OrderOfTasks,
        Needs::OneThread,
        Needs::LocalTasks,
        Needs::VirtualTime,
        Needs::EndDropsTasks,
        Needs::NoFeatures,
    ];

    /// Whether the row of this run has the property.
    pub fn is_met(self) -> bool {
        let driver = Driver::current();
        match self {
            Needs::TheLoop | Needs::OrderOfTasks => driver == Driver::Embedded,
            Needs::OneThread => driver.has_one_thread(),
            Needs::LocalTasks => driver.takes_local_tasks(),
            Needs::VirtualTime => driver.has_virtual_time(),
            // A task that waits on a `ThreadPool` keeps that pool alive.
            Needs::EndDropsTasks => driver != Driver::Futures,
            Needs::NoFeatures => !cfg!(feature = "drivers"),
        }
    }

    /// The beginning of its row in the table of `gen::executors`. `None` if it is not a property of
    /// an executor.
    pub fn in_the_docs(self) -> Option<&'static str> {
        Some(match self {
            Needs::TheLoop => "The loop itself: ",
            Needs::OrderOfTasks => "The order of tasks within a turn is fixed",
            Needs::OneThread => "No task runs between ",
            Needs::LocalTasks => "[`spawn_local`]",
            Needs::VirtualTime => "Time passes only when nothing else is to be done",
            Needs::EndDropsTasks => "A task that has not ended is dropped with its executor",
            Needs::NoFeatures => return None,
        })
    }
}

/// Ends the test, with success, if the row of this run does not have a property that the test
/// needs: `needs!(OneThread)`.
#[macro_export]
macro_rules! needs {
    ($($property:ident),+) => {
        if !($($crate::Needs::$property.is_met())&&+) {
            return;
        }
    };
}
