//! The waits of the body and of the tasks of a test, as a [dump](crate::dump) of its loop prints
//! them.

use crate::dump::{Dump, TaskDump};
use crate::executor::RootInSlot;
use crate::inject::question::Shown;
use crate::testing::bench_loop::BenchLoop;

/// A text for the body, if it has not ended, and for each task of the loop, which is idle.
pub(super) fn of_all(bench: &BenchLoop, root: &mut RootInSlot<'_>) -> Vec<String> {
    of_dump(&dump(bench, root))
}

/// As [`of_all`], after a text for each circle of tasks that wait for each other.
pub(super) fn of_circles_and_all(bench: &BenchLoop, root: &mut RootInSlot<'_>) -> Vec<String> {
    let dump = dump(bench, root);
    dump.circle_lines().chain(of_dump(&dump)).collect()
}

fn dump(bench: &BenchLoop, root: &mut RootInSlot<'_>) -> Dump {
    Dump::of_loop(bench.within(|| bench.core.ask_from_outside(Shown::ALL, root)))
}

fn of_dump(dump: &Dump) -> Vec<String> {
    dump.tasks().iter().map(|task| format!("{}{}", dump.paragraph(task), lost_wake_up(task))).collect()
}

/// A line for a task that could go on, on a loop that is idle.
fn lost_wake_up(task: &TaskDump) -> &'static str {
    match task.has_lost_wake_up() {
        true => "\n  nothing had woken it before: a future that it waited for has lost a wake-up",
        false => "",
    }
}
