//! The wait of a future for a callable: whether it is a callback that waits, and reports its drops
//! (`drops.rs`).

use std::task::Waker;

use super::drops;
use super::waker::names_a_slot;
use crate::inject::answering::is_asked;

/// Called when a future that is polled with `waker` waits for a callable on this thread. It was
/// pending `before` in an earlier poll, or was not. If a callback is running, it is the callback
/// that waits, so its drops are reported now; unless the future is polled in the first step of a
/// task that the callback spawns.
#[inline]
pub(crate) fn report_before_wait(waker: &Waker, before: bool) {
    // Nearly always there is no callback.
    if drops::are_noted() {
        report_or_wake(waker, before);
    }
}

#[cold]
#[inline(never)]
fn report_or_wake(waker: &Waker, before: bool) {
    // A poll that only asks where a task waits is no wait: without it, the future would not have
    // been polled.
    if before && is_asked(waker) {
        return;
    }
    // Whatever blocks in a first step has a waker of its own. The loop of a task must not be woken:
    // it would run its tasks in another order.
    let may_block = !names_a_slot(waker);
    if drops::report_before_wait(before && may_block) && may_block {
        waker.wake_by_ref();
    }
}
