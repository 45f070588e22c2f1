//! Measures the tools of a developer: a dump of many tasks, and an exploration on one thread and on
//! all cores.
//!
//! `testing` prints a table: for each row the shortest and the middle time of its repetitions.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use gen::testing::{explore, explore_parallel, Fault, Report};
use gen::yield_;

const TASKS: usize = 10_000;
const YIELDS: usize = 20;

/// All faults that fit a yield that waits.
const FIVE: [Fault; 5] = [Fault::Error, Fault::Timeout, Fault::Panic, Fault::Cancel, Fault::Drop];

type Row = (&'static str, fn() -> gen::Result<Duration>);

const ROWS: [Row; 8] = [
    ("a dump of 10,000 tasks", dump),
    ("a dump of 10,000 tasks, and its text", dump_as_text),
    ("20 yields by five kinds: 102 runs", || {
        explored(102, || explore(|| body(0)).faults(FIVE).visits(YIELDS).report())
    }),
    ("the same on all cores", || {
        explored(102, || explore_parallel(|| body(0)).faults(FIVE).visits(YIELDS).report())
    }),
    ("20 yields by pairs of five kinds: 3,902 runs", || {
        explored(3_902, || explore(|| body(0)).faults(FIVE).visits(YIELDS).pairs().report())
    }),
    ("the same on all cores", || {
        explored(3_902, || explore_parallel(|| body(0)).faults(FIVE).visits(YIELDS).pairs().report())
    }),
    ("20 yields by five kinds, and each run computes for 0.06 ms", || {
        explored(102, || explore(|| body(LONG)).faults(FIVE).visits(YIELDS).report())
    }),
    ("the same on all cores", || {
        explored(102, || explore_parallel(|| body(LONG)).faults(FIVE).visits(YIELDS).report())
    }),
];

/// So many additions take some 0.06 ms.
const LONG: u64 = 100_000;

fn main() -> gen::Result {
    let mut table = String::from("| work | shortest | middle |\n|---|---|---|\n");
    for (name, time) in ROWS {
        let mut times: Vec<Duration> = (0..30).map(|_| time()).collect::<gen::Result<_>>()?;
        times.sort();
        writeln!(table, "| {name} | {:.2?} | {:.2?} |", times[0], times[times.len() / 2])?;
    }
    print!("{table}");
    Ok(())
}

fn explored(runs: usize, explores: impl FnOnce() -> Report) -> gen::Result<Duration> {
    let began = Instant::now();
    let report = explores();
    let took = began.elapsed();
    assert!(report.findings().is_empty() && report.runs() == runs, "{report}");
    Ok(took)
}

fn body(additions: u64) -> ((), impl gen::Coroutine<Output = gen::Result>) {
    ((), patient(additions))
}

/// Waits at its yields, and goes on after a failure.
#[gen::coroutine]
fn patient(additions: u64) -> gen::Result {
    (0..additions).for_each(|addend| {
        black_box(addend + 1);
    });
    for _ in 0..YIELDS {
        let _ = yield_!(gen::sleep(Duration::from_secs(1)));
    }
    Ok(())
}

fn dump() -> gen::Result<Duration> {
    dumped(|dump| assert_eq!(dump.tasks().len(), TASKS))
}

fn dump_as_text() -> gen::Result<Duration> {
    dumped(|dump| assert!(dump.to_string().len() > TASKS))
}

/// The time of a dump of tasks, each of which waits two yields deep.
fn dumped(looks: impl FnOnce(&gen::Dump)) -> gen::Result<Duration> {
    let io_loop = gen::IoLoop::new();
    let _tasks: Vec<_> = (0..TASKS).map(|_| io_loop.spawn_local(waits_below())).collect();
    io_loop.run_sync(gen::moment())?;
    let began = Instant::now();
    looks(&io_loop.dump());
    Ok(began.elapsed())
}

#[gen::coroutine]
fn waits_below() -> gen::Result {
    yield_!(waits())
}

#[gen::coroutine]
fn waits() -> gen::Result {
    yield_!(std::future::pending::<()>())
}
