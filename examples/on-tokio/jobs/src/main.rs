//! The program: `jobs FILE add N`, `jobs FILE run`, `jobs FILE audit` and `jobs FILE truth`.

use std::path::Path;
use std::process::ExitCode;

use r#gen::{self as g, OneOf2, yield_};
use jobs::runner;
use jobs::store::{Commit, Store};
use jobs::truth;

/// The transactions that `truth` cancels.
const ATTEMPTS: usize = 400;

#[g::main(tokio)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match *arguments {
        [file, "add", count] => yield_!(add(file.as_ref(), count)),
        [file, "run"] => yield_!(run(file.as_ref())),
        [file, "audit"] => yield_!(audit(file.as_ref())),
        [file, "truth"] => yield_!(truth(file.as_ref())),
        _ => Err(g::Error::new("usage: jobs FILE add N | run | audit | truth")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jobs: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[g::coroutine]
fn add(file: &Path, count: &str) -> g::Result {
    let count = count.parse()?;
    let store = yield_!(Store::open(file))?;
    yield_!(store.add_jobs(count))?;
    yield_!(store.close())
}

/// Does all jobs, or those that are done until Ctrl-C.
#[g::coroutine]
fn run(file: &Path) -> g::Result {
    let store = yield_!(Store::open(file))?;
    let jobs = runner::run(&store, |done| println!("{done}"));
    // Ctrl-C cancels the jobs, and this line waits until they have ended.
    match yield_!(g::first_of((jobs, tokio::signal::ctrl_c())).cancel())? {
        OneOf2::First(()) => {}
        OneOf2::Second(()) => eprintln!("jobs: interrupted"),
    }
    yield_!(store.close())
}

#[g::coroutine]
fn audit(file: &Path) -> g::Result {
    let store = yield_!(Store::open(file))?;
    println!("{}", yield_!(store.audit())?);
    yield_!(store.close())
}

/// Cancels transactions at random moments.
#[g::coroutine]
fn truth(file: &Path) -> g::Result {
    let store = yield_!(Store::open(file))?;
    for (commit, name) in [(Commit::Bare, "without a shield"), (Commit::Shielded, "with a shield")] {
        println!("{name}: {}", yield_!(truth::measure(&store, ATTEMPTS, commit))?);
    }
    yield_!(store.close())
}
