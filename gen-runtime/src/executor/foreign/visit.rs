//! [`Visit`]: brings the injections of a mailbox into the polls of a body.

use std::task::{Context, Poll, Waker};

use super::executor::Executor;
use super::hosted_task::HostedRef;
use super::mailbox::{Mailbox, News};
use crate::executor::current;
use crate::executor::injection::Injection;
use crate::executor::route::deliver_error;
use crate::inject::in_flight::{Addressee, Thrown};

pub(crate) struct Visit {
    /// The task that is polled; `None` if it has ended.
    task: Option<HostedRef>,
    /// The executor on which the task spawns.
    executor: Executor,
    /// The identity of the waker in the mailbox; `None` if there is none, or it may have been
    /// taken.
    known_waker: Option<Addressee>,
}

impl Visit {
    pub(crate) fn new(task: HostedRef, executor: Executor) -> Self {
        Visit { task: Some(task), executor, known_waker: None }
    }

    /// Begins a poll: takes the news.
    pub(super) fn receive(&mut self, mailbox: &Mailbox) -> News {
        if !mailbox.has_news() {
            return News::default();
        }
        // A delivery may have taken the waker.
        self.known_waker = None;
        mailbox.take_news()
    }

    /// Runs the first step of a body, without a waker: the executor polls the task once more in any
    /// case.
    pub(crate) fn first_step<R>(
        &mut self,
        mailbox: &Mailbox,
        step: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let polled = self.within(mailbox, || step(&mut Context::from_waker(Waker::noop())));
        if polled.is_ready() {
            self.end(mailbox, None);
        }
        polled
    }

    /// Polls a body with an injection, and handles the leftovers if the body has ended. If it has
    /// not, the mailbox calls the waker of this poll from now on.
    pub(super) fn poll<R>(
        &mut self,
        mailbox: &Mailbox,
        cx: &mut Context<'_>,
        injection: Option<Injection>,
        poll: impl FnOnce(&mut Context<'_>, &mut Option<Thrown>) -> Poll<R>,
    ) -> Poll<R> {
        let has_injection = injection.is_some();
        let (source, mut thrown) = injection.map(Injection::into_parts).unzip();
        let polled = self.within(mailbox, || poll(cx, &mut thrown));
        let untaken = source.zip(thrown).and_then(|(source, thrown)| Injection::from_parts(source, thrown));
        if polled.is_ready() {
            self.end(mailbox, untaken);
            return polled;
        }
        let has_next = has_injection && mailbox.after_injection(untaken);
        if self.register(mailbox, cx.waker()) || has_next {
            cx.waker().wake_by_ref();
        }
        polled
    }

    /// Keeps the waker in the mailbox. Returns whether something was delivered meanwhile, without a
    /// waker to call.
    fn register(&mut self, mailbox: &Mailbox, waker: &Waker) -> bool {
        let identity = Some(Addressee::of(waker));
        if self.known_waker == identity {
            return false;
        }
        self.known_waker = identity;
        mailbox.set_waker(waker)
    }

    /// Calls `run` while the task is the current one.
    pub(super) fn within<R>(&self, mailbox: &Mailbox, run: impl FnOnce() -> R) -> R {
        current::within_task(self.task.as_ref(), &self.executor, || mailbox.executing(run))
    }

    /// Handles the leftovers of a body that has ended: errors go outward, and the futures that wait
    /// for the end are woken.
    pub(super) fn end(&mut self, mailbox: &Mailbox, untaken: Option<Injection>) {
        self.task = None;
        let mut leftovers = mailbox.end();
        for error in leftovers.take_errors(untaken) {
            deliver_error(error, leftovers.outer.clone());
        }
        drop(leftovers.end_senders);
    }
}
