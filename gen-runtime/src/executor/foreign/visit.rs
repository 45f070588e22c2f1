//! [`Visit`]: brings the injections of a mailbox into the polls of a body.

use std::task::{Context, Poll};

use super::executor::Executor;
use super::hosted_task::HostedRef;
use super::mailbox::{Mailbox, News};
use crate::executor::current;
use crate::executor::injection::Injection;
use crate::executor::route::deliver_error;
use crate::inject::in_flight::{Addressee, Thrown};

/// The thread gets the first two fields for the time of a poll. They are moved, so that a poll
/// counts no references.
pub(super) struct Visit {
    /// The task that is polled.
    task: Option<HostedRef>,
    /// The executor on which the task spawns; the default one if there is none.
    executor: Option<Executor>,
    /// The identity of the waker that the mailbox has got last.
    known_waker: Option<Addressee>,
}

impl Visit {
    pub(super) fn new(task: HostedRef, executor: Executor) -> Self {
        Visit { task: Some(task), executor: Some(executor), known_waker: None }
    }

    /// Begins a poll: has the mailbox call its waker from now on, and takes the news.
    pub(super) fn receive(&mut self, mailbox: &Mailbox, cx: &Context<'_>) -> News {
        let has_news = mailbox.has_news();
        let identity = Some(Addressee::of(cx.waker()));
        // With the news the waker may have been taken.
        if has_news || self.known_waker != identity {
            self.known_waker = identity;
            mailbox.set_waker(cx.waker());
        }
        match has_news {
            true => mailbox.take_news(),
            false => News::default(),
        }
    }

    /// Polls a body with an injection, and handles the leftovers if the body has ended.
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
        } else if has_injection && mailbox.after_injection(untaken) {
            cx.waker().wake_by_ref();
        }
        polled
    }

    /// Calls `run` while the task is the current one.
    pub(super) fn within<R>(&mut self, mailbox: &Mailbox, run: impl FnOnce() -> R) -> R {
        current::within_task(&mut self.task, &mut self.executor, || mailbox.executing(run))
    }

    /// Handles the leftovers of a body that has ended: errors go outward, and the futures that wait
    /// for the end are woken.
    pub(super) fn end(&mut self, mailbox: &Mailbox, untaken: Option<Injection>) {
        self.task = None;
        let leftovers = mailbox.end();
        for error in untaken.into_iter().chain(leftovers.injections).filter_map(Injection::too_late) {
            deliver_error(error, leftovers.outer.clone());
        }
        drop(leftovers.end_senders);
    }
}
