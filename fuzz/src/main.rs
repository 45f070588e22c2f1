//! Gives the attributes tokens of all kinds: functions of real Rust sources, unchanged and with
//! changed tokens.
//!
//! ```text
//! corpus ── mutate ──▶ Input ── gen_fuzz::run ──▶ tokens ── checks ──▶ counted
//!             ▲                                               │ failed
//!     seed, number                                            └─▶ shrink ──▶ printed
//! ```
//!
//! - No input makes an attribute panic. The work for an input is limited by its size, so no input
//!   makes it hang; [`growth`] checks long inputs.
//! - If a function parses, the output parses.
//! - If the output contains no error, it contains all words of the body, even if the body does not
//!   parse.
//!
//! An input follows from the seed, its number, and the sources on this machine. A failure is
//! printed with the seed and the number, and with the smallest input that fails in the same way.
//! Make a test of that input.

mod checks;
mod corpus;
mod growth;
mod input;
mod mutate;
mod random;
mod shrink;
mod work;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::checks::Failure;
use crate::corpus::Corpus;
use crate::input::Input;
use crate::mutate::Mutator;
use crate::work::Watchdog;
use gen_fuzz::sources;

const USAGE: &str = "usage: gen-fuzz [--seed N] [--from N] [--inputs N] [--jobs N]";

/// The run ends after this number of failures.
const ENOUGH: usize = 20;

/// The size of the stack that rustc gives its own threads.
const STACK: usize = 8 << 20;

/// The inputs to run.
#[derive(Clone, Copy)]
struct Run {
    seed: u64,
    from: u64,
    inputs: u64,
    jobs: usize,
}

/// The results of a run.
#[derive(Default)]
struct Counts {
    inputs: u64,
    parsed: u64,
    accepted: u64,
    most_work: usize,
    failures: usize,
}

fn main() -> ExitCode {
    let Some(run) = Run::from_arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let Some(library) = sources::library() else {
        eprintln!("{}", sources::NO_LIBRARY);
        return ExitCode::FAILURE;
    };
    let too_fast = growth::too_fast();
    for (shape, short, long) in &too_fast {
        println!("the work grows faster than the length, from {short} to {long} bytes:\n    {shape}");
    }
    checks::note_panics();
    let counts = run.all(&library);
    println!(
        "seed {}: {} inputs, {} of them functions, {} accepted; at most {} % of the allowed work; {} failures",
        run.seed, counts.inputs, counts.parsed, counts.accepted, counts.most_work, counts.failures
    );
    if counts.failures == 0 && too_fast.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Run {
    fn from_arguments() -> Option<Run> {
        let mut run = Run { seed: 1, from: 0, inputs: 200_000, jobs: 1 };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value: u64 = arguments.next()?.parse().ok()?;
            match name.as_str() {
                "--seed" => run.seed = value,
                "--from" => run.from = value,
                "--inputs" => run.inputs = value,
                "--jobs" => run.jobs = usize::try_from(value).ok().filter(|jobs| *jobs > 0)?,
                _ => return None,
            }
        }
        Some(run)
    }

    /// Runs all inputs, on as many threads as the options say.
    fn all(self, library: &std::path::Path) -> Counts {
        let watchdog: &'static Watchdog = Box::leak(Box::new(Watchdog::new(self.jobs)));
        let failures = AtomicUsize::new(0);
        // The watchdog ends with the program, not with the jobs.
        thread::spawn(move || watchdog.watch(self.seed));
        thread::scope(|scope| {
            let job = |job| {
                let failures = &failures;
                let work = move || self.job(job, library, watchdog, failures);
                thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)
            };
            let jobs: Vec<_> = (0..self.jobs).map(job).collect();
            jobs.into_iter().fold(Counts::default(), |counts, job| match job.map(|job| job.join()) {
                Ok(Ok(more)) => counts.and(more),
                _ => Counts { failures: counts.failures + 1, ..counts },
            })
        })
    }

    /// Runs the inputs of one thread. Each thread reads the corpus itself, because tokens cannot be
    /// sent.
    fn job(
        self,
        job: usize,
        library: &std::path::Path,
        watchdog: &Watchdog,
        failures: &AtomicUsize,
    ) -> Counts {
        let corpus = Corpus::read(library, &sources::workspace());
        if job == 0 {
            let all = corpus.functions.len();
            println!("{all} functions, {} of them from this workspace", all - corpus.of_the_workspace);
        }
        let mutator = Mutator::new(&corpus);
        let mut counts = Counts::default();
        for number in (self.from..self.from + self.inputs).skip(job).step_by(self.jobs) {
            if failures.load(Ordering::Relaxed) >= ENOUGH {
                break;
            }
            watchdog.begin(job, number);
            let failed = self.one(&mutator, number, &mut counts);
            watchdog.end(job);
            if let Some((input, failure)) = failed {
                let smallest = shrink::shrink(input, &failure);
                println!("--seed {} --from {number} --inputs 1: {failure:?}\n    {smallest}", self.seed);
                counts.failures += 1;
                failures.fetch_add(1, Ordering::Relaxed);
            }
        }
        counts
    }

    /// Runs one input, and returns it if it fails.
    fn one(self, mutator: &Mutator<'_>, number: u64, counts: &mut Counts) -> Option<(Input, Failure)> {
        let input = mutator.input(self.seed, number);
        counts.inputs += 1;
        match checks::check(&input) {
            Ok(outcome) => {
                counts.parsed += u64::from(outcome.parsed);
                counts.accepted += u64::from(outcome.accepted);
                counts.most_work = counts.most_work.max(outcome.work);
                None
            }
            Err(failure) => Some((input, failure)),
        }
    }
}

impl Counts {
    fn and(self, other: Counts) -> Counts {
        Counts {
            inputs: self.inputs + other.inputs,
            parsed: self.parsed + other.parsed,
            accepted: self.accepted + other.accepted,
            most_work: self.most_work.max(other.most_work),
            failures: self.failures + other.failures,
        }
    }
}
