//! Feeds the attributes tokens of all kinds: functions of real Rust sources, as they are and with their tokens changed.
//!
//! ```text
//! corpus ── mutate ──▶ Input ── gen_fuzz::run ──▶ tokens ── checks ──▶ counted
//!             ▲                                               │ failed
//!     seed, number                                            └─▶ shrink ──▶ printed
//! ```
//!
//! - Whatever goes in, nothing panics, and it costs no more than its size allows, so that nothing hangs; [`growth`] looks at long items.
//! - For each function that parses, what comes out parses.
//! - If no error comes out, all words of the body do, also of one that is no Rust.
//!
//! An input follows from the seed and its number, and from the sources on this machine. A failure is printed with both, and with the smallest
//! input that fails in the same way, which is what a test is made of.

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

/// So many failures are enough to look at.
const ENOUGH: usize = 20;

/// As the compiler gives its own threads.
const STACK: usize = 8 << 20;

/// What to run.
#[derive(Clone, Copy)]
struct Run {
    seed: u64,
    from: u64,
    inputs: u64,
    jobs: usize,
}

/// What was seen.
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
        eprintln!(
            "the library's source is not there: rustup component add rust-src, or Debian's rust-web-src"
        );
        return ExitCode::FAILURE;
    };
    let too_fast = growth::too_fast();
    for (shape, short, long) in &too_fast {
        println!("the work grows faster than the length, from {short} to {long} bytes:\n    {shape}");
    }
    checks::note_panics();
    let counts = run.all(&library);
    println!(
        "seed {}: {} inputs, {} of them functions, {} made without an error; at most {} % of the work that may be; {} failures",
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

    /// Runs all inputs, on as many threads as was asked for.
    fn all(self, library: &std::path::Path) -> Counts {
        let watchdog: &'static Watchdog = Box::leak(Box::new(Watchdog::new(self.jobs)));
        let failures = AtomicUsize::new(0);
        // It ends with the program, not with the jobs.
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

    /// Each job reads the corpus for itself: tokens stay on their thread.
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
            println!("{all} functions, {} of them of this workspace", all - corpus.of_the_workspace);
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
