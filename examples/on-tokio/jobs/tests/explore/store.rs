//! A store in memory: a transaction takes its time on the clock of the loop, and does nothing or
//! all of its work. Reading is faster, so that the queue of the runner fills up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use r#gen::{self as g, yield_};

/// The number of steps of a job.
pub(crate) const STEPS: i64 = 2;

/// A job.
#[derive(Clone, Copy)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) steps_done: i64,
}

impl Job {
    pub(crate) fn describe(&self, step: i64) -> String {
        format!("{}.{step}", self.id)
    }
}

/// As in the program.
pub(crate) enum Commit {
    Shielded,
}

/// The jobs, and what was done with them.
#[derive(Clone)]
pub(crate) struct Store {
    jobs: Rc<RefCell<Vec<Job>>>,
    /// The steps that were done, in order.
    pub(crate) done: Rc<RefCell<Vec<String>>>,
    /// The most jobs that were read and not done at the same time.
    pub(crate) most_held: Rc<Cell<usize>>,
}

impl Store {
    /// A store with so many jobs.
    pub(crate) fn with_jobs(count: i64) -> Store {
        let jobs = (1..=count).map(|id| Job { id, steps_done: 0 }).collect();
        Store { jobs: Rc::new(RefCell::new(jobs)), done: Rc::default(), most_held: Rc::default() }
    }

    #[g::coroutine]
    pub(crate) fn open_job_after(&self, id: i64) -> g::Result<Option<Job>> {
        yield_!(g::moment())?;
        let jobs = self.jobs.borrow();
        let open = || jobs.iter().filter(|job| job.steps_done < STEPS);
        let Some(job) = open().find(|job| job.id > id) else { return Ok(None) };
        // A runner reads the jobs in order, so it has all open ones up to this one.
        let held = open().filter(|open| open.id <= job.id).count();
        self.most_held.set(self.most_held.get().max(held));
        Ok(Some(*job))
    }

    #[g::coroutine]
    pub(crate) fn do_step(&self, job: Job, step: i64, _commit: Commit) -> g::Result<bool> {
        yield_!(transaction())?;
        let mut jobs = self.jobs.borrow_mut();
        let found = jobs.iter_mut().find(|open| open.id == job.id && open.steps_done == step);
        let Some(open) = found else { return Ok(false) };
        open.steps_done += 1;
        self.done.borrow_mut().push(job.describe(step));
        Ok(true)
    }
}

fn transaction() -> g::Sleep {
    g::sleep(Duration::from_millis(1))
}
