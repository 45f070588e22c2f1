//! The runner: does all jobs of a file, a few at a time.

use std::time::Duration;

use r#gen::queue::Queue;
use r#gen::{self as g, yield_};

use crate::store::{Commit, Job, STEPS, Store};

/// The jobs that are done at the same time.
pub const AT_ONCE: usize = 4;

/// The jobs that are read, and wait for a worker.
pub const WAITING: usize = 2;

/// Does all jobs that are not done, from the step where each of them was left, and calls `report`
/// with a text for each step that is done.
///
/// A job is read from the file only when there is room for it, so the program never has more than
/// `AT_ONCE + WAITING` of them, however many there are.
///
/// # Errors
///
/// The first failure of a job, which cancels the others.
///
/// # Cancellation
///
/// Each job ends between two steps, and those that wait are still in the file. Every step that the
/// file has was reported.
#[g::coroutine]
pub fn run(store: &Store, report: impl Fn(String)) -> g::Result {
    let (queue, report) = (&Queue::bounded(WAITING), &report);
    yield_!(g::scope_local(|workers| async move {
        for _ in 0..AT_ONCE {
            workers.spawn(work(queue, store, report));
        }
        yield_!(read_jobs(queue, store))
    }))
}

/// Puts all open jobs into the queue, each as soon as there is room for it.
#[g::coroutine]
fn read_jobs(queue: &Queue<Job>, store: &Store) -> g::Result {
    let mut last = 0;
    loop {
        let room = yield_!(queue.reserve())?;
        let Some(job) = yield_!(store.open_job_after(last))? else { break };
        last = job.id;
        room.send(job);
    }
    // The workers end when they have done the jobs that are still in the queue.
    queue.close();
    Ok(())
}

/// Does the jobs of the queue, one after the other.
#[g::coroutine]
fn work(queue: &Queue<Job>, store: &Store, report: impl Fn(String)) -> g::Result {
    while let Some(job) = yield_!(queue.next())? {
        yield_!(finish(store, job, &report))?;
    }
    Ok(())
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
