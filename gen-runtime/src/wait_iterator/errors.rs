//! What can go wrong with an iteration.

use std::error::Error;
use std::fmt;

/// [`WaitIterator::next`](crate::WaitIterator::next) was asked for a result although none was left: ask [`done`](crate::WaitIterator::done) first.
///
/// (In Tornado that future is never done.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExhaustedError;

impl fmt::Display for ExhaustedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the `WaitIterator` has no results left: ask whether it is `done` before its `next`")
    }
}

impl Error for ExhaustedError {}
