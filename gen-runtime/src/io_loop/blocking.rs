//! The check that each blocking call makes first.
//!
//! A blocking call runs a loop until its future is ready, and nothing else runs on its thread
//! meanwhile. In the middle of a turn of another loop, or of a poll by another runtime, it would
//! stop that loop or runtime. In most cases the future depends on it, so the program would hang.

use crate::error::Error;
use crate::executor::{current, LoopRunning, RuntimeRunning};

/// Returns an error if a blocking call would stop a loop or a runtime on this thread.
pub(super) fn check() -> Result<(), Error> {
    if current::get().is_some() {
        return Err(LoopRunning.into());
    }
    if is_polled_by_tokio() {
        return Err(RuntimeRunning.into());
    }
    Ok(())
}

/// The same check, for calls that cannot return an error.
///
/// # Panics
///
/// With the text of the error.
#[track_caller]
pub(crate) fn assert_allowed() {
    if let Err(error) = check() {
        panic!("{error}");
    }
}

#[cfg(not(all(feature = "tokio", not(loom))))]
fn is_polled_by_tokio() -> bool {
    false
}

/// Whether tokio polls a future on this thread, further up the stack.
///
/// Tokio has no function for this question. But whenever it polls, there is a budget, which is
/// finite. There is none elsewhere: on a thread that may block, and under an `enter` guard. So this
/// function takes units of the budget until there are no more, and puts all of them back. A task
/// that is `unconstrained` has no budget either, so it is not found.
#[cfg(all(feature = "tokio", not(loom)))]
fn is_polled_by_tokio() -> bool {
    use std::task::{Context, Poll, Waker};
    use tokio::runtime::Handle;
    use tokio::task::coop::{has_budget_remaining, poll_proceed};

    /// More units than any budget has, because tokio counts them in a `u8`.
    const MORE_THAN_ANY_BUDGET: usize = 256;

    if Handle::try_current().is_err() {
        return false;
    }
    if !has_budget_remaining() {
        // A budget that is used up is a budget.
        return true;
    }
    let mut cx = Context::from_waker(Waker::noop());
    let mut taken = Vec::with_capacity(MORE_THAN_ANY_BUDGET);
    while taken.len() < MORE_THAN_ANY_BUDGET {
        match poll_proceed(&mut cx) {
            Poll::Ready(unit) => taken.push(unit),
            Poll::Pending => break,
        }
    }
    let ran_dry = taken.len() < MORE_THAN_ANY_BUDGET;
    // Each unit restores the budget that was left before it was taken, so the first unit is last.
    while taken.pop().is_some() {}
    ran_dry
}
