//! What can go wrong with an iteration.

use crate::error::unit_error;

unit_error! {
    /// [`WaitIterator::next`](crate::WaitIterator::next) was asked for a result although none was left: ask [`done`](crate::WaitIterator::done) first.
    ///
    /// (In Tornado that future is never done.)
    pub ExhaustedError: "the `WaitIterator` has no results left: ask whether it is `done` before its `next`"
}
