//! [`ForeignRoot`]: the future of `main` on a foreign executor, as an error context.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::executor::Executor;
use super::hosted_task::HostedRef;
use super::shell_data::Visit;
use crate::executor::injection::Injection;
use crate::inject::in_flight::resume;
use crate::inject::{EndSenders, TaskTrace, TraceRequest};

pin_project! {
    /// A future that its caller polls in place. As a task is, it is an error context: the errors of
    /// the callbacks that it schedules arrive at its yields.
    pub(crate) struct ForeignRoot<F> {
        #[pin]
        future: F,
        state: RootState,
    }
}

struct RootState {
    task: HostedRef,
    visit: Visit,
    has_ended: bool,
}

impl<F> ForeignRoot<F> {
    pub(crate) fn new(executor: Executor, future: F) -> Self {
        let state =
            RootState { task: HostedRef::without_body(None), visit: Visit::new(executor), has_ended: false };
        ForeignRoot { future, state }
    }

    /// Asks where the future is suspended. Its next poll answers.
    pub(crate) fn trace(&self) -> TaskTrace {
        let (request, trace) = TraceRequest::new();
        // A future that has ended gives it back.
        drop(self.state.task.deliver(Injection::TraceRequest(request), EndSenders::default()));
        trace
    }
}

impl<F: Future> Future for ForeignRoot<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let RootState { task, visit, has_ended } = this.state;
        let injection = visit.receive(task.mailbox()).injection;
        let polled =
            visit.poll(task, cx, injection, |cx, thrown| resume(thrown, cx, |cx| this.future.poll(cx)));
        *has_ended |= polled.is_ready();
        polled
    }
}

impl Drop for RootState {
    fn drop(&mut self) {
        if !self.has_ended {
            self.visit.end(&self.task);
        }
    }
}
