//! How deep first steps nest.
//!
//! A task runs its first step inside of the call that spawns it, and that step may spawn the next
//! task. Each level takes stack, and stack is limited. So the thread counts the levels, and below
//! [`DEEPEST_FIRST_STEP`] levels the first step of a task goes through the queue. The count belongs
//! to the thread, not to a loop, because two loops may spawn on each other in turn. A run of a loop
//! counts from 0 again, and restores the count at its end.

use std::cell::Cell;

use crate::shims::thread_local;

/// This many first steps run inside of each other. A level takes 0.4 kB of stack in an optimized
/// build and 3.5 kB in any other, besides the stack of the body. On a thread of 2 MB this leaves
/// 50 kB for each body.
const DEEPEST_FIRST_STEP: u32 = 32;

thread_local! {
    /// The number of first steps that run inside of each other now.
    static FIRST_STEPS: Cell<u32> = const { Cell::new(0) };
}

/// Returns the number of first steps that run inside of each other now.
#[inline]
pub(super) fn first_steps() -> u32 {
    FIRST_STEPS.with(Cell::get)
}

/// Counts from another number on. Returns the one before.
#[inline]
pub(super) fn replace_first_steps(next: u32) -> u32 {
    FIRST_STEPS.with(|now| now.replace(next))
}

/// Returns the number with one more first step, unless too many of them are nested.
#[inline]
fn one_more() -> Option<u32> {
    let next = first_steps() + 1;
    (next <= DEEPEST_FIRST_STEP).then_some(next)
}

/// Whether the first step of a task that is spawned now runs within that call.
#[inline]
pub(crate) fn runs_first_steps() -> bool {
    one_more().is_some()
}

/// Counts a first step until the guard is dropped. Returns `None` if too many of them are nested on
/// this thread.
#[inline]
pub(crate) fn count_first_step() -> Option<CountedFirstStep> {
    one_more().map(|first_steps| {
        replace_first_steps(first_steps);
        CountedFirstStep
    })
}

pub(crate) struct CountedFirstStep;

impl Drop for CountedFirstStep {
    #[inline]
    fn drop(&mut self) {
        replace_first_steps(first_steps() - 1);
    }
}
