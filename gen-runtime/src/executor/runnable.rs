//! What a loop runs: tasks and callbacks.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;

use crate::error::Error;
use crate::inject::in_flight::Thrown;

/// What a loop holds of a task.
pub(crate) type TaskRef = Pin<Arc<dyn Runnable>>;

pub(crate) trait Runnable {
    /// Runs the body up to its next suspension; answers whether it has ended. Never panics.
    ///
    /// What is in `thrown` resumes it at the yield where it is suspended; if nobody took it, it is there
    /// again afterwards. A body that is cancelled and cannot be told is dropped: that is its end.
    fn run(self: Pin<&Self>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool;

    /// Drops the body before its end, because it was cancelled and has not ended in time. Never panics.
    fn cut_short(self: Pin<&Self>, cancelled: Error);

    /// Drops the body before its end, because its loop goes. Never panics.
    fn close(self: Pin<&Self>);
}

/// A callback in the queue of a loop, or of a timer.
pub(crate) type QueuedCallback = Box<dyn FnOnce()>;
