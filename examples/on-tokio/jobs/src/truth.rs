//! A measurement: how often the answer of a cancelled transaction contradicts the file.

use std::fmt;
use std::time::{Duration, Instant};

use r#gen::{self as g, yield_};

use crate::store::{Commit, Job, Store};

/// The transactions that are not cancelled, and show how long one takes.
const SAMPLES: usize = 10;

/// The numbers of transactions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Truth {
    /// Those that succeeded before their cancellation arrived.
    pub done: usize,
    /// Those that failed with the cancellation.
    pub cancelled: usize,
    /// Those of either kind whose answer contradicts the file.
    pub untrue: usize,
}

/// Cancels transactions at random moments, and compares their answers with the file.
#[g::coroutine]
pub fn measure(store: &Store, attempts: usize, commit: Commit) -> g::Result<Truth> {
    let mut jobs = yield_!(store.add_jobs(SAMPLES + attempts))?.into_iter();
    let mut usual = Vec::new();
    for job in jobs.by_ref().take(SAMPLES) {
        let began = Instant::now();
        yield_!(store.do_step(job, 0, commit))?;
        usual.push(began.elapsed());
    }
    usual.sort();
    let latest = usual[SAMPLES / 2].mul_f64(1.2);
    let mut truth = Truth::default();
    for job in jobs {
        let moment = latest.mul_f64(fastrand::f64());
        let answer = yield_!(cancelled_after(moment, store.clone(), job, commit))?;
        let in_file = yield_!(store.steps_done(job.id))? == 1;
        truth.done += usize::from(answer);
        truth.cancelled += usize::from(!answer);
        truth.untrue += usize::from(answer != in_file);
    }
    Ok(truth)
}

/// Does a step that is cancelled after some time. Gives whether the step says that it was done.
#[g::coroutine]
fn cancelled_after(time: Duration, store: Store, job: Job, commit: Commit) -> g::Result<bool> {
    let began = Instant::now();
    let step = g::spawn(async move { store.do_step(job, 0, commit).await });
    while began.elapsed() < time {
        yield_!(g::moment())?;
    }
    yield_!(step.cancel("a random moment has come"))?;
    match yield_!(step) {
        Err(error) if error.is_cancelled() => Ok(false),
        done => done,
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Truth { done, cancelled, untrue } = self;
        write!(f, "{done} done, {cancelled} cancelled, {untrue} of these answers are untrue")
    }
}
