//! Cancellations that wait for a child, because the child defers them.
//!
//! A child gets each cancellation once. While a shield or a timeout within the child defers it, the
//! group keeps it here and injects it into each poll of the child, until a yield takes it.

use std::collections::HashMap;
use std::task::{Context, Poll};

use super::slots::{ChildEnded, PollMode};
use crate::inject::Cancellation;

/// The deferred cancellations, by the number of the child.
#[derive(Default)]
pub(super) struct HeldCancellations {
    by_child: HashMap<u32, Cancellation>,
}

impl HeldCancellations {
    /// Whether a cancellation waits for the child.
    pub(super) fn has(&self, child: u32) -> bool {
        self.by_child.contains_key(&child)
    }

    /// Polls a child, with its deferred cancellation if it has one.
    pub(super) fn poll(
        &mut self,
        child: u32,
        cx: &mut Context<'_>,
        poll_child: impl FnOnce(&mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
    ) -> Poll<ChildEnded> {
        match self.by_child.remove(&child) {
            None => poll_child(cx, PollMode::Plain),
            Some(cancellation) => self.poll_cancelled(child, cancellation, cx, poll_child),
        }
    }

    /// The child has ended in a poll without its deferred cancellation.
    pub(super) fn forget(&mut self, child: u32) {
        self.by_child.remove(&child);
    }

    /// Cancels a child that is running. Does nothing if another cancellation waits for the child.
    pub(super) fn poll_cancelled(
        &mut self,
        child: u32,
        mut cancellation: Cancellation,
        cx: &mut Context<'_>,
        poll_child: impl FnOnce(&mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
    ) -> Poll<ChildEnded> {
        if self.has(child) {
            return Poll::Pending;
        }
        let polled = poll_child(cx, PollMode::Cancel(&mut cancellation));
        if cancellation.is_deferred() && polled.is_pending() {
            self.by_child.insert(child, cancellation);
        }
        polled
    }
}
