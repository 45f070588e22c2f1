//! The errors of queues.

use std::error::Error;
use std::fmt;

use crate::error::unit_error;

unit_error! {
    /// A queue was closed: no item can be put any more, and all items were taken.
    pub QueueClosed: "the queue is closed"
}

unit_error! {
    /// `task_done` was called more often than items were put.
    pub TaskDoneError: "`task_done` was called more often than items were put"
}

/// There was no item for `try_get`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "QueueEmpty")]
pub enum TryGetError {
    /// There is no item now.
    Empty,
    /// There is no item, and there will be none: the queue is closed.
    Closed,
}

impl fmt::Display for TryGetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TryGetError::Empty => f.write_str("the queue is empty"),
            TryGetError::Closed => QueueClosed.fmt(f),
        }
    }
}

impl Error for TryGetError {}

/// An item was not put by `try_put`, and comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(alias = "QueueFull")]
pub enum TryPutError<T> {
    /// There is no room now.
    Full(T),
    /// The queue is closed.
    Closed(T),
}

impl<T> TryPutError<T> {
    /// The item.
    #[must_use]
    pub fn into_item(self) -> T {
        match self {
            TryPutError::Full(item) | TryPutError::Closed(item) => item,
        }
    }
}

impl<T> fmt::Debug for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => "Full(..)",
            TryPutError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TryPutError::Full(_) => f.write_str("the queue is full"),
            TryPutError::Closed(_) => QueueClosed.fmt(f),
        }
    }
}

impl<T> Error for TryPutError<T> {}
