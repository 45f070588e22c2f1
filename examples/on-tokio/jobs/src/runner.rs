//! The runner: does all jobs of a file, a few at a time.

use std::time::Duration;

use r#gen::{self as g, yield_};

use crate::store::{Commit, Job, STEPS, Store};

/// The jobs that are done at the same time.
const AT_ONCE: usize = 4;

/// Does all jobs that are not done, from the step where each of them was left, and calls `report`
/// with a text for each step that is done.
///
/// # Cancellation
///
/// Each job ends between two steps. Every step that the file has was reported.
#[g::coroutine]
pub fn run(store: &Store, report: impl Fn(String)) -> g::Result {
    loop {
        let jobs = yield_!(store.open_jobs())?;
        if jobs.is_empty() {
            return Ok(());
        }
        yield_!(g::limit(AT_ONCE, jobs.into_iter().map(|job| finish(store, job, &report))))?;
    }
}

/// Does the remaining steps of a job.
#[g::coroutine]
fn finish(store: &Store, job: Job, report: impl Fn(String)) -> g::Result {
    for step in job.steps_done..STEPS {
        yield_!(ask_the_bank())?;
        if yield_!(store.do_step(job, step, Commit::Shielded))? {
            report(job.describe(step));
        }
    }
    Ok(())
}

/// Stands for a request to another service, which takes some time.
#[g::coroutine]
fn ask_the_bank() -> g::Result {
    yield_!(g::sleep(Duration::from_millis(1)))
}
