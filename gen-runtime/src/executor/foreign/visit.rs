//! Brings the injections of a mailbox into the polls of a body.

use std::task::{Context, Poll, Waker};

use super::hosted_task::HostedRef;
use super::mailbox::{Mailbox, News};
use super::shell_data::Visit;
use crate::executor::current;
use crate::executor::error_context::Leftovers;
use crate::executor::injection::Injection;
use crate::executor::route::deliver_error;
use crate::inject::in_flight::{nothing, Thrown};
use crate::inject::{first_step_waker, Addressee};

impl Visit {
    /// Begins a poll: takes the news.
    #[inline]
    pub(super) fn receive(&mut self, mailbox: &Mailbox) -> News {
        if mailbox.has_news() {
            self.receive_news(mailbox)
        } else {
            News::default()
        }
    }

    #[cold]
    fn receive_news(&mut self, mailbox: &Mailbox) -> News {
        // A delivery may have taken the waker.
        self.known_waker = None;
        mailbox.take_news()
    }

    /// Runs the first step of a body, without a waker: the executor polls the task once more in any
    /// case.
    pub(super) fn first_step<R>(
        &mut self,
        task: &HostedRef,
        step: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let polled = self.within(task, || step(&mut Context::from_waker(first_step_waker())));
        if polled.is_ready() {
            self.end(task);
        }
        polled
    }

    /// Polls a body with an injection, and handles the leftovers if the body has ended. If it has
    /// not, the mailbox calls the waker of this poll from now on.
    #[inline]
    pub(super) fn poll<R>(
        &mut self,
        task: &HostedRef,
        cx: &mut Context<'_>,
        injection: Option<Injection>,
        poll: impl FnOnce(&mut Context<'_>, &mut Option<Thrown>) -> Poll<R>,
    ) -> Poll<R> {
        if let Some(injection) = injection {
            return self.poll_with(task, cx, injection, poll);
        }
        let polled = self.within(task, || poll(cx, &mut nothing()));
        if polled.is_ready() {
            self.end(task);
        } else {
            self.after_pending(task.mailbox(), cx.waker(), false);
        }
        polled
    }

    #[cold]
    fn poll_with<R>(
        &mut self,
        task: &HostedRef,
        cx: &mut Context<'_>,
        injection: Injection,
        poll: impl FnOnce(&mut Context<'_>, &mut Option<Thrown>) -> Poll<R>,
    ) -> Poll<R> {
        let (source, thrown) = injection.into_parts();
        let mut thrown = Some(thrown);
        let polled = self.within(task, || poll(cx, &mut thrown));
        if polled.is_ready() {
            source.note_end();
        }
        let untaken = thrown.and_then(|thrown| Injection::from_parts(source, thrown));
        if polled.is_ready() {
            end_with(task, untaken);
        } else {
            let has_next = task.mailbox().after_injection(untaken);
            self.after_pending(task.mailbox(), cx.waker(), has_next);
        }
        polled
    }

    /// Called after a poll that left the task suspended. `has_next` says whether another injection
    /// can be tried at once.
    #[inline]
    fn after_pending(&mut self, mailbox: &Mailbox, waker: &Waker, has_next: bool) {
        if self.register(mailbox, waker) || has_next {
            waker.wake_by_ref();
        }
    }

    /// Keeps the waker in the mailbox. Returns whether something was delivered meanwhile, without a
    /// waker to call.
    ///
    /// The known waker is the clone that is kept, whose address no other waker has meanwhile. The
    /// waker that is lent may be on the stack of a group, where that of another group comes later.
    #[inline]
    fn register(&mut self, mailbox: &Mailbox, waker: &Waker) -> bool {
        if self.known_waker == Some(Addressee::of(waker)) {
            return false;
        }
        // Cloned before the lock of the mailbox is taken.
        let kept = waker.clone();
        self.known_waker = Some(Addressee::of(&kept));
        mailbox.set_waker(kept)
    }

    /// Calls `run` while the task is the current one.
    #[inline]
    pub(super) fn within<R>(&self, task: &HostedRef, run: impl FnOnce() -> R) -> R {
        current::within_task(task, &self.executor, || task.mailbox().executing(run))
    }

    /// Handles the leftovers of a task that has ended: errors go outward, and the futures that wait
    /// for the end are woken.
    #[inline]
    pub(super) fn end(&mut self, task: &HostedRef) {
        let seen = task.mailbox().state().load();
        // A task that has used no mail has no leftovers.
        if !seen.has_ended() || seen.uses_mail() {
            end_with(task, None);
        }
    }
}

/// Ends a task that may have leftovers.
#[inline(never)]
fn end_with(task: &HostedRef, untaken: Option<Injection>) {
    let mailbox = task.mailbox();
    // A first step, or a future that is no task, has not said that it has ended.
    if !mailbox.state().load().has_ended() && !task.is_unique() {
        mailbox.state().close();
    }
    if untaken.is_some() || mailbox.state().load().uses_mail() {
        propagate_outward(untaken, mailbox.take_leftovers());
    }
}

#[cold]
fn propagate_outward(untaken: Option<Injection>, mut leftovers: Leftovers) {
    for error in leftovers.take_errors(untaken) {
        deliver_error(error, leftovers.outer.clone());
    }
    drop(leftovers.end_senders);
}
