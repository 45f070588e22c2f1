//! Cancellation: every leaf is told once, may clean up, and the end is waited for. A file for each hazard.

mod deadline;
mod leaves;
mod lifetimes;
mod own_body;
mod same_instant;
mod shield;
mod shutdown;
mod start;
mod swallowed;
mod threads;
mod throw;
mod twice;
mod wait_iterator;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

/// What the bodies of a test say, in order.
#[derive(Clone, Default)]
struct Journal(Rc<RefCell<Vec<String>>>);

impl Journal {
    fn say(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    fn take(&self) -> String {
        self.0.take().join(", ")
    }
}

/// Counts its drop.
struct Guard(Rc<Cell<usize>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Runs a body on a virtual clock.
fn run<T>(body: impl Future<Output = gen::Result<T>>) -> T {
    gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body).expect("the test's body ends well")
}

/// For an hour; when it is cancelled it says so, cleans up for so many seconds, says so, and ends with the error.
#[gen::coroutine]
fn works(name: &'static str, cleanup: u64, journal: Journal) -> gen::Result<u32> {
    match yield_!(gen::sleep(seconds(3600))) {
        Ok(()) => Ok(1),
        Err(error) => {
            journal.say(format!("{name} told"));
            yield_!(gen::sleep(seconds(cleanup)))?;
            journal.say(format!("{name} clean"));
            Err(error)
        }
    }
}

fn reason(error: &gen::Error) -> String {
    let cancelled = error.downcast_ref::<gen::Cancelled>().expect("it was cancelled");
    cancelled.reason.clone().into_owned()
}
