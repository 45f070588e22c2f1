//! [`Shell`]: the future that a foreign executor polls, one for each task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll};

use super::clock;
use super::hosted_task::{Body, BodyOwner, HostedRef};
use super::mailbox::CutShort;
use super::shell_data::{Grace, ShellData};
use crate::bindings::Inherited;

/// `P` is the place of the task: [`AnyThread`](super::hosted_task::AnyThread) or
/// [`ThisThread`](super::hosted_task::ThisThread).
pub(crate) struct Shell<P> {
    body: BodyOwner<P>,
}

impl<P> Shell<P> {
    pub(crate) fn new(body: BodyOwner<P>) -> Self {
        Shell { body }
    }

    /// Returns another reference to the task.
    pub(crate) fn second_reference(&mut self) -> HostedRef {
        self.body.second_reference()
    }

    /// Keeps what the task has inherited, before its first step.
    #[cold]
    pub(crate) fn inherit(&mut self, inherited: Arc<Inherited>) {
        if let Some((task, ..)) = self.body.parts() {
            task.inherit(inherited);
        }
    }

    /// Runs the first step of the body. The shell does not use the body meanwhile.
    pub(crate) fn first_step<R>(&mut self, step: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Poll<R> {
        let Some((task, data, _)) = self.body.parts() else { return Poll::Pending };
        let polled = data.visit.first_step(task, step);
        if polled.is_ready() {
            self.body.end();
        }
        polled
    }
}

impl<P: Unpin> Future for Shell<P> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let owner = &mut self.get_mut().body;
        // An executor that a user hands over may poll it after the end.
        let Some((task, data, mut body)) = owner.parts() else { return Poll::Ready(()) };
        let polled = if task.mailbox().has_news() {
            data.poll_with_news(task, &mut body, cx)
        } else {
            data.visit.poll(task, cx, None, |cx, thrown| body.poll(cx, thrown))
        };
        if polled.is_pending() && (data.grace.is_none() || data.poll_grace(task, &mut body, cx).is_pending())
        {
            return Poll::Pending;
        }
        owner.end();
        Poll::Ready(())
    }
}

impl<P> Drop for Shell<P> {
    /// The executor may have dropped the task before its end.
    #[inline]
    fn drop(&mut self) {
        if self.body.parts().is_some() {
            self.close();
        }
    }
}

impl<P> Shell<P> {
    #[cold]
    fn close(&mut self) {
        let Some((task, data, mut body)) = self.body.parts() else { return };
        body.close();
        data.visit.end(task);
        self.body.end();
    }
}

impl ShellData {
    #[cold]
    fn poll_with_news(&mut self, task: &HostedRef, body: &mut Body<'_>, cx: &mut Context<'_>) -> Poll<()> {
        let news = self.visit.receive(task.mailbox());
        if let Some(cut_short) = news.cut_short {
            self.limit(*cut_short);
        }
        self.visit.poll(task, cx, news.injection, |cx, thrown| body.poll(cx, thrown))
    }

    /// Sets the time by which the task must have ended. Of several such times the earliest counts.
    #[cold]
    fn limit(&mut self, CutShort { since, grace, request }: CutShort) {
        let deadline = match clock::current() {
            Some(clock) if clock.is_real() => since.checked_add(grace),
            Some(clock) => clock.now().checked_add(grace),
            // The time is over at once.
            None => Some(since),
        };
        // A deadline that no `Instant` can hold never comes.
        let Some(deadline) = deadline else { return };
        if self.grace.as_ref().is_none_or(|known| deadline < known.deadline) {
            self.grace = Some(Box::new(Grace { deadline, request, timer: None }));
        }
    }

    /// Ready when the time of the task was over, and the body was dropped.
    #[cold]
    fn poll_grace(&mut self, task: &HostedRef, body: &mut Body<'_>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(Grace { deadline, timer, .. }) = self.grace.as_deref_mut() else { return Poll::Pending };
        if let Some(timer) = timer {
            // A timer that fails is over, too.
            let _ = ready!(timer.poll(cx));
        } else if let Some(clock) = clock::current().filter(|clock| clock.now() < *deadline) {
            if let Ok(made) = clock.timer(*deadline, cx) {
                *timer = Some(made);
                return Poll::Pending;
            }
            // Without a clock the time is over at once.
        }
        if let Some(grace) = self.grace.take() {
            self.visit.within(task, || body.cut_short(grace.request.into_error()));
            self.visit.end(task);
        }
        Poll::Ready(())
    }
}
