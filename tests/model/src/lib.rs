//! Tests the library as a whole. `gen` runs random programs, and a small reference model interprets
//! them. Both must leave the same trace.
//!
//! | file | contents |
//! |---|---|
//! | `program.rs` | the language of the programs |
//! | `generate.rs`, `random.rs` | a program for each seed |
//! | `run.rs`, `world.rs` | runs a program with `gen` |
//! | `observe.rs` | records the trace of that run |
//! | `reference/` | predicts the trace, without futures and wakers |
//! | `trace.rs` | the events of a trace |
//! | `shrink.rs` | finds the smallest program that still differs |
//!
//! The traces must be equal: all events, their order, and their times. These are the events:
//!
//! - A body starts.
//! - A body is resumed with a result: a value or an error, with the number of yields that the error
//!   has passed, and the other errors that it holds.
//! - A body ends or is dropped.
//! - A line is logged.
//! - A promise is set, and accepts the result or not.
//! - No task goes on any more.
//! - The loop ends, with a number of tasks that have not ended.
//!
//! So the traces differ if an event is reported twice or lost, if a value is dropped too early or
//! too late, or if the order is different.
//!
//! The language does not contain, and so this test does not cover: threads, callbacks, yield
//! points, maps, the options of `limit`, waiting for the handles of a scope's children, the futures
//! of `shared`, foreign combinators; of `sync` all but `Lock` and `Semaphore`; of a queue what is
//! not `put`, `get` or `close`, and the other orders of items.

mod generate;
mod observe;
mod program;
mod random;
mod reference;
mod run;
mod shrink;
mod trace;
mod world;

pub use self::generate::generate;
pub use self::program::{Deed, End, Group, Iteration, OnError, Program, Step, Wait};
pub use self::reference::predict;
pub use self::run::run;
pub use self::shrink::shrink;
pub use self::trace::{Event, Failure, Kind, Outcome, Source, What};

/// The number of calls after which a further call does nothing. It bounds programs in which many
/// places call bodies with many calls.
const MOST_CALLS: usize = 40;

/// The time, in seconds, at which no task goes on any more.
const LONG: u64 = 1_000_000;

/// Runs the program of a seed in both ways.
///
/// # Errors
///
/// If the traces differ: a text with the program, made as small as possible, and both traces.
pub fn check(seed: u64) -> Result<(), String> {
    let program = generate(seed);
    if predict(&program) == run(&program) {
        return Ok(());
    }
    let program = shrink(program, |program| predict(program) != run(program));
    Err(report(seed, &program))
}

fn report(seed: u64, program: &Program) -> String {
    let (predicted, seen) = (predict(program), run(program));
    let same = predicted.iter().zip(&seen).take_while(|(one, other)| one == other).count();
    let tail = |trace: &[Event]| trace[same..].iter().map(|event| format!("  {event}\n")).collect::<String>();
    let common = seen[..same].iter().map(|event| format!("  {event}\n")).collect::<String>();
    format!(
        "seed {seed}, shrunk:\n{program}both:\n{common}then the model:\n{}then `gen`:\n{}as a value: {program:?}",
        tail(&predicted),
        tail(&seen)
    )
}
