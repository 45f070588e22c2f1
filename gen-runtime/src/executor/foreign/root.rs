//! [`ForeignRoot`]: the future of `main` on a foreign executor, as an error context.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::executor::Executor;
use super::hosted_task::HostedRef;
use super::mailbox::Mailbox;
use super::visit::Visit;
use crate::inject::in_flight::resume;

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
    mailbox: Arc<Mailbox>,
    visit: Visit,
    has_ended: bool,
}

impl<F> ForeignRoot<F> {
    pub(crate) fn new(executor: Executor, future: F) -> Self {
        let mailbox = Arc::new(Mailbox::new(None));
        let task: HostedRef = Pin::<Arc<Mailbox>>::new(Arc::clone(&mailbox));
        ForeignRoot {
            future,
            state: RootState { mailbox, visit: Visit::new(task, executor), has_ended: false },
        }
    }
}

impl<F: Future> Future for ForeignRoot<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let RootState { mailbox, visit, has_ended } = this.state;
        let injection = visit.receive(mailbox).injection;
        let polled =
            visit.poll(mailbox, cx, injection, |cx, thrown| resume(thrown, cx, |cx| this.future.poll(cx)));
        *has_ended |= polled.is_ready();
        polled
    }
}

impl Drop for RootState {
    fn drop(&mut self) {
        if !self.has_ended {
            self.visit.end(&self.mailbox, None);
        }
    }
}
