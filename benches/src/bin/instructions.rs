//! Counts instructions with valgrind's callgrind: of a chain of coroutines and of the same chain of
//! `async fn`s, and of the work of the runtime.
//!
//! `instructions` prints the tables, and fails if a row exceeds its limit:
//!
//! - Bare polls of a chain whose leaf is ready, and a chain in a task of tokio whose leaf suspends:
//!   at most 1.05 times the instructions of the `async fn`.
//! - Bare polls of a chain whose leaf suspends: at most 14 instructions more than the `async fn`,
//!   and 4 more for each further level. These rows show the cost of a yield that stays suspended:
//!   it looks whether an error was thrown, or the task is asked where it waits.
//! - The work of the runtime: at most 1.05 times the instructions that its row names. A change that
//!   saves instructions lowers the number of the row.
//!
//! Each case runs twice, with 1,000 and with 2,000 calls. The difference is exactly 1,000 calls,
//! and is the same every time.
//!
//! `instructions CASE SIDE CALLS` makes `CALLS` calls of one side of a case. callgrind runs that.

use std::process::{Command, ExitCode, Stdio};

use gen_benches::chains::{at_once, later};
use gen_benches::leaves::{polls, task, throw_once};
use gen_benches::runtime;

/// The limit as a multiple of the instructions of the `async fn`.
const TIMES: f64 = 1.05;
/// The limit as a number of instructions more than those of the `async fn`, for a chain of one
/// level.
const MORE: f64 = 14.0;
/// The further instructions for each further level.
const MORE_PER_LEVEL: f64 = 4.0;
const CALLS: u64 = 1_000;

struct Case {
    name: &'static str,
    within: fn(f64, f64) -> bool,
    coroutine: fn(u64),
    async_fn: fn(u64),
}

/// Each case: the limit, the function that drives the chain, the leaf, the depth.
macro_rules! cases {
    ($($limit:ident $drive:ident $module:ident $depth:ident;)*) => {
        vec![$(
            Case {
                name: concat!(stringify!($drive), " ", stringify!($module), " ", stringify!($depth)),
                within: $limit,
                coroutine: |calls| $drive(calls, $module::coroutines::$depth::call),
                async_fn: |calls| $drive(calls, $module::async_fns::$depth::call),
            }
        ),*]
    };
}

fn times(ours: f64, theirs: f64) -> bool {
    ours <= TIMES * theirs
}

fn more<const DEPTH: u32>(ours: f64, theirs: f64) -> bool {
    ours <= theirs + MORE + MORE_PER_LEVEL * f64::from(DEPTH - 1)
}

fn cases() -> Vec<Case> {
    let (more1, more3, more10) = (more::<1>, more::<3>, more::<10>);
    cases! {
        times polls at_once deep1; times polls at_once deep3; times polls at_once deep10;
        times task later deep1; times task later deep3; times task later deep10;
        more1 polls later deep1; more3 polls later deep3; more10 polls later deep10;
    }
}

/// Work of the runtime, with the instructions of one operation.
struct Work {
    name: &'static str,
    run: fn(u64),
    instructions: f64,
}

macro_rules! works {
    ($($function:ident $instructions:literal;)*) => {
        &[$(Work {
            name: stringify!($function),
            run: runtime::$function,
            instructions: $instructions,
        }),*]
    };
}

const WORKS: &[Work] = works! {
    ready_lists 109.0;
    lists_in_batches 485.0;
    lists_one_by_one 474.0;
    results_one_by_one 736.0;
    ready_scopes 1253.0;
    scopes_in_batches 1823.0;
    children_one_by_one 1873.0;
    ready_tasks 348.0;
    suspended_tasks 991.0;
    yields 205.0;
    ready_timeouts 46.0;
    suspended_timeouts 1192.0;
    cancelled_sleeps 785.0;
    engines 277.0;
    promises 415.0;
    callback_futures 353.0;
    callbacks 2620.0;
    callbacks_alone 1222.0;
};

fn main() -> ExitCode {
    assert!(throw_once());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => count_all(),
        [case, side, calls] => run(case, side, calls),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: instructions [CASE SIDE CALLS]");
    ExitCode::from(2)
}

fn run(case: &str, side: &str, calls: &str) -> ExitCode {
    match (function(case, side), calls.parse()) {
        (Some(function), Ok(calls)) => {
            function(calls);
            ExitCode::SUCCESS
        }
        _ => usage(),
    }
}

/// The function of one side of a chain, or of work of the runtime.
fn function(case: &str, side: &str) -> Option<fn(u64)> {
    if side == "work" {
        return WORKS.iter().find(|work| work.name == case).map(|work| work.run);
    }
    let case = cases().into_iter().find(|known| known.name == case)?;
    match side {
        "coroutine" => Some(case.coroutine),
        "async_fn" => Some(case.async_fn),
        _ => None,
    }
}

fn count_all() -> ExitCode {
    match (count_chains(), count_works()) {
        (Some(true), Some(true)) => ExitCode::SUCCESS,
        (Some(chains), Some(_)) => {
            if !chains {
                eprintln!(
                    "a chain exceeds its limit: {TIMES} times the instructions of its `async fn`, or, for \
                     bare polls of a leaf that suspends, {MORE} more than those and {MORE_PER_LEVEL} for each \
                     further level"
                );
            }
            ExitCode::FAILURE
        }
        _ => {
            eprintln!("cannot count: is valgrind installed?");
            ExitCode::FAILURE
        }
    }
}

/// Whether all chains are within their limits.
fn count_chains() -> Option<bool> {
    println!("{:<26} {:>10} {:>10} {:>7}", "instructions of a call", "coroutine", "async fn", "ratio");
    let mut all_within = true;
    for case in cases() {
        let (ours, theirs) = (per_call(case.name, "coroutine")?, per_call(case.name, "async_fn")?);
        println!("{:<26} {ours:>10.2} {theirs:>10.2} {:>7.3}", case.name, ours / theirs);
        all_within &= (case.within)(ours, theirs);
    }
    Some(all_within)
}

/// Whether the work of the runtime takes no more instructions than its rows name.
fn count_works() -> Option<bool> {
    println!("\n{:<26} {:>10} {:>10}", "instructions of one", "now", "expected");
    let mut all_within = true;
    for Work { name, instructions, .. } in WORKS {
        let now = per_call(name, "work")?;
        println!("{name:<26} {now:>10.1} {instructions:>10.1}");
        if now > TIMES * instructions {
            eprintln!("`{name}` takes more than {TIMES} times the instructions that it is expected to take");
            all_within = false;
        }
    }
    Some(all_within)
}

/// The instructions of one call.
fn per_call(case: &str, side: &str) -> Option<f64> {
    let once = count(case, side, CALLS)?;
    let twice = count(case, side, 2 * CALLS)?;
    Some(twice.checked_sub(once)? as f64 / CALLS as f64)
}

/// The instructions of a whole run, from the summary of callgrind: `==123== Collected : 456`.
fn count(case: &str, side: &str, calls: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args([case, side, &calls.to_string()])
        .stdout(Stdio::null())
        .output()
        .ok()?;
    let report = String::from_utf8_lossy(&output.stderr);
    report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}
