//! [`share`]: does jobs on several threads, which end before it returns.
//!
//! The calling thread is one of the workers. They take the jobs in their order, so when a job
//! begins, all jobs before it have begun. A job that panics is the last one that is handed out: the
//! others still end, and the panic of the first of them goes on in the caller. So it is the same
//! panic on any number of threads, if the jobs share nothing.
//!
//! A thread has the name of the calling thread, which the test harness has named after the test.

use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder};

/// The results of a worker, with the numbers of their jobs.
type Results<R> = Vec<(usize, thread::Result<R>)>;

/// The results of the jobs, in the order of the jobs. The calling thread works by `here`, and up to
/// `others` more threads by `elsewhere`.
pub(super) fn share<J: Sync, R: Send>(
    jobs: &[J],
    others: usize,
    here: impl Fn(&J) -> R,
    elsewhere: impl Fn(&J) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let others = others.min(jobs.len().saturating_sub(1));
    let mut results = thread::scope(|scope| {
        let work = || do_jobs(jobs, &next, &elsewhere);
        // A thread that the system refuses is one less.
        let threads: Vec<_> = (0..others).map_while(|_| named().spawn_scoped(scope, work).ok()).collect();
        let mut results = do_jobs(jobs, &next, &here);
        for thread in threads {
            results.extend(thread.join().unwrap_or_else(|payload| resume_unwind(payload)));
        }
        results
    });
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result.unwrap_or_else(|payload| resume_unwind(payload))).collect()
}

/// Does jobs until all have been taken.
fn do_jobs<J, R>(jobs: &[J], next: &AtomicUsize, work: &dyn Fn(&J) -> R) -> Results<R> {
    let mut results = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(job) = jobs.get(number) else { return results };
        let result = catch_unwind(AssertUnwindSafe(|| work(job)));
        if result.is_err() {
            next.store(jobs.len(), Ordering::Relaxed);
        }
        results.push((number, result));
    }
}

fn named() -> Builder {
    match thread::current().name() {
        Some(name) => Builder::new().name(name.to_owned()),
        None => Builder::new(),
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn the_results_are_in_the_order_of_the_jobs() {
        for others in [0, 1, 3, 200] {
            let jobs: Vec<u32> = (0..100).collect();
            let double = |job: &u32| 2 * job;
            let doubled: Vec<u32> = jobs.iter().map(double).collect();
            assert_eq!(share(&jobs, others, double, double), doubled, "{others} others");
        }
    }

    /// Two jobs panic, the later one first.
    #[test]
    fn the_panic_of_the_first_job_goes_on_in_the_caller() {
        let (both_run, first_may_panic) = (Barrier::new(2), Barrier::new(2));
        let panics = |job: &u32| {
            both_run.wait();
            if *job == 0 {
                first_may_panic.wait();
                panic!("job 0");
            }
            let _end = WaitAtDrop(&first_may_panic);
            panic!("job {job}");
        };
        let shared = catch_unwind(AssertUnwindSafe(|| share(&[0, 1, 2, 3], 1, panics, panics)));
        assert_eq!(shared.unwrap_err().downcast_ref(), Some(&"job 0"));
    }

    struct WaitAtDrop<'a>(&'a Barrier);

    impl Drop for WaitAtDrop<'_> {
        fn drop(&mut self) {
            self.0.wait();
        }
    }

    #[test]
    fn no_job_begins_after_a_panic() {
        let begun = AtomicUsize::new(0);
        let panics = |_: &u32| {
            begun.fetch_add(1, Ordering::Relaxed);
            panic!("it does");
        };
        let shared = catch_unwind(AssertUnwindSafe(|| share(&[0; 100], 0, panics, panics)));
        assert!(shared.is_err());
        assert_eq!(begun.into_inner(), 1);
    }
}
