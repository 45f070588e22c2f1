//! A child that panics has failed: the others go on.
//!
//! Panics are caught once around the loop over the children, not around the poll of each, so that a poll costs nothing more. After a panic the loop is entered again, behind
//! the child that panicked.

use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::error::{Error, Panicked};

/// What is told of a destructor that panics. Its child has ended all the same, with the result that it had.
pub(super) const IN_DROP: &str = "the drop of a child of a parallel yield";

/// Runs `poll_all`, which polls children and keeps its place in `state`, until it returns.
///
/// `poll_all` writes down the number of each child before it polls it. If that child panics, `fail` ends it, with [`Panicked`], and `poll_all` is run again, for the
/// children that are left.
#[inline]
pub(super) fn catching<S>(
    state: &mut S,
    mut poll_all: impl FnMut(&mut S, &mut u32),
    fail: impl Fn(&mut S, u32, Error),
) {
    let mut child = 0;
    while let Err(payload) = catch_unwind(AssertUnwindSafe(|| poll_all(state, &mut child))) {
        fail(state, child, Panicked::new(payload).into());
    }
}
