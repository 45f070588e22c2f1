//! Children that are cancelled: each is told of a request once, also if a shield keeps it from hearing of it at first.

use std::collections::HashMap;
use std::task::{Context, Poll};

use super::slots::{ChildEnded, PollMode};
use crate::inject::Cancellation;

/// The cancellations that children did not take yet, because a shield holds them back.
#[derive(Default)]
pub(super) struct HeldCancellations {
    held: HashMap<u32, Cancellation>,
}

impl HeldCancellations {
    /// Polls a child, with what was held back from it before.
    pub(super) fn poll(
        &mut self,
        child: u32,
        cx: &mut Context<'_>,
        poll_child: impl FnOnce(&mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
    ) -> Poll<ChildEnded> {
        match self.held.remove(&child) {
            None => poll_child(cx, PollMode::Plain),
            Some(cancellation) => self.poll_cancelled(child, cancellation, cx, poll_child),
        }
    }

    /// Cancels a child, if it is running and no other cancellation waits for it.
    pub(super) fn poll_cancelled(
        &mut self,
        child: u32,
        mut cancellation: Cancellation,
        cx: &mut Context<'_>,
        poll_child: impl FnOnce(&mut Context<'_>, PollMode<'_>) -> Poll<ChildEnded>,
    ) -> Poll<ChildEnded> {
        if self.held.contains_key(&child) {
            return Poll::Pending;
        }
        let polled = poll_child(cx, PollMode::Cancel(&mut cancellation));
        if cancellation.is_held() && polled.is_pending() {
            self.held.insert(child, cancellation);
        }
        polled
    }
}
