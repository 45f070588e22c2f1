//! [`Shell`]: the future that a foreign executor polls, one for each task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll};
use std::time::Instant;

use super::clock::{self, ForeignTimer};
use super::hosted_task::HostedBody;
use super::mailbox::CutShort;
use super::visit::Visit;
use crate::executor::injection::Injection;
use crate::inject::Cancellation;

/// `B` is `dyn HostedBody`, and `Send` if the executor may move the task to another thread.
pub(crate) struct Shell<B: ?Sized + HostedBody> {
    task: Pin<Arc<B>>,
    visit: Visit,
    // In a box, because it is large, and most tasks have none.
    grace: Option<Box<Grace>>,
    has_ended: bool,
}

/// The time by which the task must have ended.
struct Grace {
    deadline: Instant,
    request: Cancellation,
    /// `None` before the first poll.
    timer: Option<ForeignTimer>,
}

impl<B: ?Sized + HostedBody> Shell<B> {
    /// The shell of `task`. `visit` is for the same task.
    pub(crate) fn new(task: Pin<Arc<B>>, visit: Visit) -> Self {
        Shell { task, visit, grace: None, has_ended: false }
    }

    /// Polls the body with an injection. Ready when the task has ended.
    fn step(&mut self, cx: &mut Context<'_>, injection: Option<Injection>) -> Poll<()> {
        let Shell { task, visit, .. } = self;
        ready!(visit.poll(task.mailbox(), cx, injection, |cx, thrown| {
            match task.as_ref().run(cx, thrown) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        }));
        self.has_ended = true;
        Poll::Ready(())
    }

    /// Sets the time by which the task must have ended. Of several such times the earliest counts.
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
    fn poll_grace(&mut self, cx: &mut Context<'_>) -> Poll<()> {
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
            let Shell { task, visit, .. } = self;
            visit.within(task.mailbox(), || task.as_ref().cut_short(grace.request.into_error()));
            self.end();
        }
        Poll::Ready(())
    }

    fn end(&mut self) {
        self.has_ended = true;
        self.visit.end(self.task.mailbox(), None);
    }
}

impl<B: ?Sized + HostedBody> Future for Shell<B> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shell = self.get_mut();
        let news = shell.visit.receive(shell.task.mailbox());
        if let Some(cut_short) = news.cut_short {
            shell.limit(cut_short);
        }
        match shell.step(cx, news.injection) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => shell.poll_grace(cx),
        }
    }
}

impl<B: ?Sized + HostedBody> Drop for Shell<B> {
    /// The executor has dropped the task before its end.
    fn drop(&mut self) {
        if !self.has_ended {
            self.task.as_ref().close();
            self.end();
        }
    }
}
