//! Helpers for the tests of tasks, cancellation and scopes.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use gen::yield_;

use crate::logged::unlogged;

/// The words that the bodies of a test say, in order. Clones write to the same journal.
#[derive(Clone, Default)]
pub struct Journal(Rc<RefCell<Vec<String>>>);

impl Journal {
    /// Adds an entry.
    pub fn say(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    /// The entries since the last call, as in `a told, a clean`.
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

/// A duration of so many seconds.
pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Runs a body on a virtual clock, and drops the loop.
///
/// # Panics
///
/// If the body fails, or if an error is logged that the test does not read with
/// [`logged`](crate::logged).
pub fn run<T>(body: impl Future<Output = gen::Result<T>>) -> T {
    unlogged(|| gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body))
        .expect("the test's body ends well")
}

/// Waits for an hour. When it is cancelled, it says so, cleans up for `seconds`, says so, and ends
/// with the error.
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

/// The reason of the cancellation.
///
/// # Panics
///
/// If the error is not a cancellation.
pub fn reason(error: &gen::Error) -> String {
    let cancelled = error.downcast_ref::<gen::Cancelled>().expect("it was cancelled");
    cancelled.reason.clone().into_owned()
}
