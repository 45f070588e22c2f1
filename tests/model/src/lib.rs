//! A test of the whole: random programs are run by `gen`, and interpreted by a small reference model; both must leave the same trace.
//!
//! | file | what it holds |
//! |---|---|
//! | `program.rs` | the language of the programs |
//! | `generate.rs`, `random.rs` | a program for each seed |
//! | `run.rs`, `world.rs` | the program, run by `gen` |
//! | `observe.rs` | what is seen of that |
//! | `reference/` | what is to happen, told without futures and wakers |
//! | `trace.rs` | what can be seen, and is compared |
//! | `shrink.rs` | the smallest program that still differs |
//!
//! The relation is equality: of every event, of their order, and of the time at which they happen. Events are: each start of a body, each result that it is resumed with (values, errors,
//! how many yields an error has passed, which errors it has beside it), its end, its drop, each line that is logged, what a promise says when it is set, when nothing goes on any more, and how many tasks the end of
//! the loop has found. So whatever is told twice, lost, dropped late or early, or done in another order, differs.
//!
//! Not in the language, and so not tested here: threads, callbacks, yield points, maps, the options of `limit`, waiting for the handles of a scope's children, the futures of `shared`, foreign combinators.

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

/// A call that would be one more than these does nothing: a program may call in many places what calls in many places.
const MOST_CALLS: usize = 40;

/// When nothing goes on any more: after so many seconds.
const LONG: u64 = 1_000_000;

/// What differs, if something does: the program, made as small as it can be, and both traces.
///
/// # Errors
///
/// The text to print.
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
