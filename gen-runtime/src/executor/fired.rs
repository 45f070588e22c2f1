//! The timers that have fired on this thread: a look that costs one load and a comparison.
//!
//! A timeout asks its child where it waits, in the poll that its own timer has caused. So each poll
//! of a timeout looks whether the timer has fired. To find the timer in the table of its loop would
//! take longer than the rest of a short poll. But timers are numbered in the order of their
//! creation. So a timer whose number is higher than that of each timer that has fired has not fired
//! itself. Only the other timers have to be looked for.
//!
//! The mark belongs to the thread, and not to a loop, so that no loop has to be found. If several
//! loops run on one thread, it is that of the loop with the highest number, and more timers than
//! necessary are looked for.

use std::cell::Cell;

thread_local! {
    /// The highest number of a timer that has fired and has woken a future. No timer has the
    /// number 0.
    static HIGHEST: Cell<u64> = const { Cell::new(0) };
}

/// Called before the waker of the timer with this number is called.
#[inline]
pub(super) fn note(number: u64) {
    HIGHEST.set(HIGHEST.get().max(number));
}

/// Whether the timer with this number has to be looked for.
#[inline]
pub(crate) fn may_have_fired(number: u64) -> bool {
    number <= HIGHEST.get()
}
