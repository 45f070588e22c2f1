//! Counts the instructions of a chain of coroutines, and of the same chain of `async fn`s, with
//! valgrind's callgrind.
//!
//! `instructions` prints the table, and fails if a row exceeds its limit:
//!
//! - Bare polls of a chain whose leaf is ready, and a chain in a task of tokio whose leaf suspends:
//!   at most 1.05 times the instructions of the `async fn`.
//! - Bare polls of a chain whose leaf suspends: at most 9 instructions more than the `async fn`,
//!   whatever the depth. These rows show the cost of a yield that stays suspended: the check for a
//!   thrown error, once for the whole chain.
//!
//! Each case runs twice, with 1,000 and with 2,000 calls. The difference is exactly 1,000 calls,
//! and is the same every time.
//!
//! `instructions CASE SIDE CALLS` makes `CALLS` calls of one side of a case. callgrind runs that.

use std::process::{Command, ExitCode, Stdio};

use gen_benches::chains::{at_once, later};
use gen_benches::leaves::{polls, task, throw_once};

/// The limit as a multiple of the instructions of the `async fn`.
const TIMES: f64 = 1.05;
/// The limit as a number of instructions more than those of the `async fn`.
const MORE: f64 = 9.0;
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

fn more(ours: f64, theirs: f64) -> bool {
    ours <= theirs + MORE
}

fn cases() -> Vec<Case> {
    cases! {
        times polls at_once deep1; times polls at_once deep3; times polls at_once deep10;
        times task later deep1; times task later deep3; times task later deep10;
        more polls later deep1; more polls later deep3; more polls later deep10;
    }
}

fn main() -> ExitCode {
    assert!(throw_once());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => compare(),
        [case, side, calls] => run(case, side, calls),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: instructions [CASE SIDE CALLS]");
    ExitCode::from(2)
}

fn run(case: &str, side: &str, calls: &str) -> ExitCode {
    let (Some(case), Ok(calls)) = (cases().into_iter().find(|known| known.name == case), calls.parse())
    else {
        return usage();
    };
    match side {
        "coroutine" => (case.coroutine)(calls),
        "async_fn" => (case.async_fn)(calls),
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn compare() -> ExitCode {
    println!("{:<26} {:>10} {:>10} {:>7}", "instructions of a call", "coroutine", "async fn", "ratio");
    let mut all_within = true;
    for case in cases() {
        let (Some(ours), Some(theirs)) = (per_call(case.name, "coroutine"), per_call(case.name, "async_fn"))
        else {
            eprintln!("cannot count: is valgrind installed?");
            return ExitCode::FAILURE;
        };
        let ratio = ours / theirs;
        println!("{:<26} {ours:>10.2} {theirs:>10.2} {ratio:>7.3}", case.name);
        all_within &= (case.within)(ours, theirs);
    }
    if all_within {
        ExitCode::SUCCESS
    } else {
        eprintln!(
            "a chain takes more than {TIMES} times, or {MORE} more than, the instructions of its async fn"
        );
        ExitCode::FAILURE
    }
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
