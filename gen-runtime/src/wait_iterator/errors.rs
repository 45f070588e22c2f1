//! The error of an iteration.

use crate::error::unit_error;

unit_error! {
    /// [`WaitIterator::next`](crate::WaitIterator::next) was called when no result was left.
    ///
    /// Check [`done`](crate::WaitIterator::done) first. (In Tornado this future is never done.)
    pub ExhaustedError: "the `WaitIterator` has no results left: check `done` before each `next`"
}
