//! The program: `jobs FILE add N`, `jobs FILE run`, `jobs FILE audit` and `jobs FILE truth`.

use std::process::ExitCode;

use r#gen::{self as g, Context as _, OneOf2, yield_};
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
        [file, "add", count] => yield_!(add(file, count)),
        [file, "run"] => yield_!(opened(file, run)),
        [file, "audit"] => yield_!(opened(file, audit)),
        [file, "truth"] => yield_!(opened(file, truth)),
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

/// Opens the file for a command, and closes it, however the command ends.
#[g::coroutine]
fn opened(file: &str, command: impl AsyncFnOnce(&mut Store) -> g::Result) -> g::Result {
    let store = Store::open(file.as_ref());
    yield_!(g::bracket(store, command).release(|store, _| store.close()))
}

#[g::coroutine]
fn add(file: &str, count: &str) -> g::Result {
    let count = count.parse().context("the number of jobs")?;
    yield_!(opened(file, async |store| yield_!(store.add_jobs(count)).map(drop)))
}

/// Does all jobs, or those that are done until Ctrl-C.
#[g::coroutine]
fn run(store: &mut Store) -> g::Result {
    let jobs = runner::run(store, |done| println!("{done}"));
    // Ctrl-C cancels the jobs, and this line waits until they have ended.
    match yield_!(g::first_of((jobs, tokio::signal::ctrl_c())).cancel())? {
        OneOf2::First(()) => {}
        OneOf2::Second(()) => eprintln!("jobs: interrupted"),
    }
    Ok(())
}

#[g::coroutine]
fn audit(store: &mut Store) -> g::Result {
    println!("{}", yield_!(store.audit())?);
    Ok(())
}

/// Cancels transactions at random moments.
#[g::coroutine]
fn truth(store: &mut Store) -> g::Result {
    for (commit, name) in [(Commit::Bare, "without a shield"), (Commit::Shielded, "with a shield")] {
        println!("{name}: {}", yield_!(truth::measure(store, ATTEMPTS, commit))?);
    }
    Ok(())
}
