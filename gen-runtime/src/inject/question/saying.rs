//! [`Saying`]: a future that names its wait.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::waits_for::WaitsFor;
use crate::inject::answering::say;

/// Polls a future that keeps one clone of the waker, and names its wait.
pub(crate) struct Saying<F, W> {
    future: F,
    waits_for: W,
}

/// Makes one of a future that can be moved.
pub(crate) fn saying<F, W>(future: F, waits_for: W) -> Saying<F, W>
where
    F: Future + Unpin,
    W: Fn() -> WaitsFor + Unpin,
{
    Saying { future, waits_for }
}

impl<F, W> Future for Saying<F, W>
where
    F: Future + Unpin,
    W: Fn() -> WaitsFor + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let polled = Pin::new(&mut self.future).poll(cx);
        if polled.is_pending() {
            say(&*self, cx.waker(), 1, |_| (self.waits_for)());
        }
        polled
    }
}
