//! How the cost of one item grows with their number, from a hundred to a million.

use std::rc::Rc;

use crate::fixtures::{child, task_queue, yield_now, Group, Wakes, MILLION};
use crate::harness::{limit, ours, peer, Entry, Runner, Side};
use crate::limits::{try_join, Executor};

use super::{completions, lists, scopes, timers};

const SIZES: [usize; 5] = [100, 1_000, 10_000, 100_000, MILLION];
const YIELDS: u64 = 5;
/// The least number of tasks in a repetition.
const TASKS: u64 = 100_000;

async fn body() {
    for _ in 0..YIELDS {
        yield_now().await;
    }
}

/// Many tasks that live at once, from their spawn to their end. No other task waits for them.
fn tasks(number: u64) -> Vec<Entry> {
    let rounds = TASKS / number.min(TASKS);
    let io_loop = gen::IoLoop::new();
    let executor = Rc::new(Executor::default());
    vec![
        ours("`spawn_local`", move |meter| {
            meter.time(|| {
                for _ in 0..rounds {
                    (0..number).for_each(|_| drop(io_loop.spawn_local(gen::ok(body()))));
                    // It is the last one to suspend, so it is the last one to end.
                    io_loop.block_on(body());
                }
            });
        }),
        peer("async-task", move |meter| {
            meter.time(|| {
                for _ in 0..rounds {
                    (0..number).for_each(|_| task_queue::spawn(body()).detach());
                    task_queue::run();
                }
            });
        }),
        limit("a queue of plain cells", move |meter| {
            meter.time(|| {
                for _ in 0..rounds {
                    (0..number).for_each(|_| executor.spawn(body()));
                    executor.run();
                }
            });
        }),
    ]
}

fn list(work: (Group, Wakes)) -> Vec<Entry> {
    vec![
        lists::entry((Side::Ours, "a list"), work, |cells| {
            gen::multi(cells.iter().map(child).collect::<Vec<_>>()).join()
        }),
        lists::entry((Side::Peer, "futures-buffered `try_join_all`"), work, |cells| {
            futures_buffered::try_join_all(cells.iter().map(child))
        }),
        lists::entry((Side::Limit, "one block of plain cells"), work, |cells| {
            try_join(cells.iter().map(child))
        }),
    ]
}

pub fn run(runner: &mut Runner) {
    for size in SIZES {
        let number = size as u64;
        runner.case("growth: tasks that yield five times", number, number.max(TASKS), tasks(number));
        timers::growth(runner, size);
        scopes::growth(runner, size, size.max(TASKS as usize));
        let group = Group::new(size, MILLION);
        for wakes in Wakes::ALL {
            let case = format!("growth: list, {}", wakes.name());
            runner.case(&case, number, MILLION as u64, list((group, wakes)));
            let case = format!("growth: results as they come, {}", wakes.name());
            runner.case(&case, number, MILLION as u64, completions::main_entries((group, wakes)));
        }
    }
}
