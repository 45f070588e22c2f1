//! [`WithExecutor`]: a future with an executor for the tasks that it spawns.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::executor::Executor;
use crate::executor::current::within_executor;

pin_project! {
    /// The future of [`with_spawner`](crate::with_spawner).
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct WithExecutor<F> {
        executor: Executor,
        #[pin]
        future: F,
    }
}

impl<F> WithExecutor<F> {
    pub(super) fn new(executor: Executor, future: F) -> Self {
        WithExecutor { executor, future }
    }
}

impl<F: Future> Future for WithExecutor<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        within_executor(this.executor, || this.future.poll(cx))
    }
}

impl<F> fmt::Debug for WithExecutor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithExecutor").finish_non_exhaustive()
    }
}
