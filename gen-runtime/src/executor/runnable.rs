//! The tasks and callbacks that a loop runs.

use std::pin::Pin;
use std::task::Context;

use crate::error::Error;
use crate::inject::in_flight::Thrown;
use crate::inject::question::AboutTask;

/// A task that more than a loop and a handle refer to.
pub(crate) trait Runnable {
    /// Runs the body to its next suspension, and returns whether the body has ended. Never panics.
    ///
    /// The yield at which the body is suspended takes `thrown`; if it does not, `thrown` is still
    /// there afterwards. A body that is suspended at no yield cannot take a cancellation: it is
    /// dropped, and has ended.
    fn run(self: Pin<&Self>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool;

    /// Drops the body, because it was cancelled and has not ended in time. Never panics.
    fn cut_short(self: Pin<&Self>, cancelled: Error);

    /// Drops the body, because its loop is closed. Never panics.
    fn close(self: Pin<&Self>);

    /// The facts about the task.
    fn about(&self) -> AboutTask;
}

/// A callback in the queue of a loop, or of a timer.
pub(crate) type QueuedCallback = Box<dyn FnOnce()>;
