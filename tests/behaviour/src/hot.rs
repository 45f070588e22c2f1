//! What the tests of tasks, cancellation and scopes share.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

use crate::logged::unlogged;

/// What the bodies of a test say, in order. Clones write to the same one.
#[derive(Clone, Default)]
pub struct Journal(Rc<RefCell<Vec<String>>>);

impl Journal {
    /// Writes something down.
    pub fn say(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    /// What was said since this was last asked, as in `a told, a clean`.
    pub fn take(&self) -> String {
        self.0.take().join(", ")
    }
}

/// Counts its drop.
pub struct Guard(pub Rc<Cell<usize>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

/// So many seconds.
pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Runs a body on a virtual clock, and drops the loop.
///
/// # Panics
///
/// If it fails, or if an error is logged that the test does not look at with [`logged`](crate::logged).
pub fn run<T>(body: impl Future<Output = gen::Result<T>>) -> T {
    unlogged(|| gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body))
        .expect("the test's body ends well")
}

/// For an hour; when it is cancelled it says so, cleans up for so many seconds, says so, and ends with the error.
#[gen::coroutine]
pub fn works(name: &'static str, cleanup: u64, journal: Journal) -> gen::Result<u32> {
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

/// Why it was cancelled.
///
/// # Panics
///
/// If it was not.
pub fn reason(error: &gen::Error) -> String {
    let cancelled = error.downcast_ref::<gen::Cancelled>().expect("it was cancelled");
    cancelled.reason.clone().into_owned()
}
