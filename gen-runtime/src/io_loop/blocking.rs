//! Where a blocking call may be made.
//!
//! A blocking call runs a loop until its future is done, and nothing else goes on meanwhile on its thread. In
//! the middle of a turn of a loop, or of a poll of another runtime, that stops whoever polls, and mostly what
//! the call waits for: a program that hangs. So all blocking calls ask here first.
use crate::error::Error;
use crate::executor::{current, LoopRunning, RuntimeRunning};

/// Fails where a blocking call would stop what is running on this thread.
pub(super) fn check() -> Result<(), Error> {
    if current::get().is_some() {
        return Err(LoopRunning.into());
    }
    if is_polled_by_tokio() {
        return Err(RuntimeRunning.into());
    }
    Ok(())
}

/// # Panics
///
/// In the words of the error, for calls that can return none.
#[track_caller]
pub(super) fn assert_allowed() {
    if let Err(error) = check() {
        panic!("{error}");
    }
}

#[cfg(not(all(feature = "tokio", not(loom))))]
fn is_polled_by_tokio() -> bool {
    false
}

/// Whether tokio polls something on this thread, further up the stack.
///
/// tokio does not say so. But whatever it polls has a budget, which runs dry, and elsewhere there is none: on
/// a thread that may block, and under an `enter` guard. So this takes units until there are no more, and gives
/// them all back. A task that is `unconstrained` has no budget either, and is not known.
#[cfg(all(feature = "tokio", not(loom)))]
fn is_polled_by_tokio() -> bool {
    use std::task::{Context, Poll, Waker};
    use tokio::runtime::Handle;
    use tokio::task::coop::{has_budget_remaining, poll_proceed};

    /// tokio counts units in a byte.
    const MORE_THAN_ANY_BUDGET: usize = 256;

    if Handle::try_current().is_err() {
        return false;
    }
    if !has_budget_remaining() {
        // It is spent, so there is one.
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
    // Each puts back the budget that it found: the first one last.
    while taken.pop().is_some() {}
    ran_dry
}
