//! The waits of the body and of the tasks of a test, as a [dump](crate::dump) of its loop prints
//! them.

use crate::dump::{Dump, TaskDump};
use crate::executor::RootInSlot;
use crate::inject::question::Shown;
use crate::testing::bench_loop::BenchLoop;

/// A text for the body, if it has not ended, and for each task of the loop, which is idle.
pub(super) fn of_all(bench: &BenchLoop, root: &mut RootInSlot<'_>) -> Vec<String> {
    let dump = Dump::of_loop(bench.within(|| bench.core.ask_from_outside(Shown::ALL, root)));
    dump.tasks().iter().map(|task| format!("{}{}", dump.paragraph(task), lost_wake_up(task))).collect()
}

/// A line for a task that could go on, on a loop that is idle.
fn lost_wake_up(task: &TaskDump) -> &'static str {
    match task.has_lost_wake_up() {
        true => "\n  nothing had woken it before: a future that it waited for has lost a wake-up",
        false => "",
    }
}
