//! The cell of a task's body.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A place from which the body can be dropped before the memory of the task is freed.
pub(super) trait BodyCell {
    type Body: Future;

    /// Polls the body; `None` if it was dropped, or is in use.
    fn poll(self: Pin<&Self>, cx: &mut Context<'_>) -> Option<Poll<<Self::Body as Future>::Output>>;

    /// Drops the body, unless it was dropped, or is in use.
    fn clear(self: Pin<&Self>);
}
