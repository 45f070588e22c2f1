//! Panics of children: a child that panics has failed, and the others go on.
//!
//! Panics are caught once, around the loop over the children. To catch them around the poll of each
//! child would make every poll slower. After a panic the loop is entered again, with the next
//! child.

use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::error::{Error, Panicked};

/// Names a child in the report of its panicking destructor. The result of the child stays.
pub(super) const IN_DROP: &str = "the drop of a child of a parallel yield";

/// Runs `poll_all`, which polls children and keeps its position in `state`, until it returns.
///
/// Before each poll, `poll_all` writes the number of the child to its second argument. If the child
/// panics, `fail` ends it with [`Panicked`], and `poll_all` runs again for the remaining children.
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
