//! [`Shell`]: the future that a foreign executor polls, one for each task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::clock::{self, ForeignTimer};
use super::executor::Executor;
use super::hosted_task::{HostedBody, HostedRef};
use super::mailbox::CutShort;
use crate::executor::current;
use crate::executor::injection::Injection;
use crate::executor::route::deliver_error;
use crate::inject::in_flight::Addressee;

/// `B` is `dyn HostedBody`, and `Send` if the executor may move the task to another thread.
pub(crate) struct Shell<B: ?Sized + HostedBody> {
    task: Pin<Arc<B>>,
    /// The same task, as the thread knows it for the time of a poll.
    hosted: Option<HostedRef>,
    /// The executor on which the task spawns.
    executor: Option<Executor>,
    /// The identity of the waker that the mailbox has got last.
    known_waker: Option<Addressee>,
    grace: Option<Grace>,
    has_ended: bool,
}

/// The time by which the task must have ended.
struct Grace {
    cut_short: CutShort,
    /// `None` before the first poll.
    timer: Option<ForeignTimer>,
}

impl<B: ?Sized + HostedBody> Shell<B> {
    /// The shell of `task`, which spawns on `executor`. `hosted` is the same task.
    pub(crate) fn new(task: Pin<Arc<B>>, hosted: HostedRef, executor: Executor) -> Self {
        Shell {
            task,
            hosted: Some(hosted),
            executor: Some(executor),
            known_waker: None,
            grace: None,
            has_ended: false,
        }
    }

    /// Runs the body up to its first suspension. Returns whether it has ended.
    ///
    /// Does nothing if too many first steps are nested on this thread. Then the executor runs the
    /// first step.
    pub(crate) fn first_step(&mut self) -> bool {
        match current::count_first_step() {
            Some(_counted) => self.step(&mut Context::from_waker(Waker::noop()), None),
            None => false,
        }
    }

    /// Polls the body with an injection. Returns whether the task has ended.
    fn step(&mut self, cx: &mut Context<'_>, injection: Option<Injection>) -> bool {
        let has_injection = injection.is_some();
        let (source, mut thrown) = injection.map(Injection::into_parts).unzip();
        let has_ended = self.within(|task| task.run(cx, &mut thrown));
        let untaken = source.zip(thrown).and_then(|(source, thrown)| Injection::from_parts(source, thrown));
        if has_ended {
            self.release(untaken);
        } else if has_injection && self.task.mailbox().after_injection(untaken) {
            cx.waker().wake_by_ref();
        }
        has_ended
    }

    /// Calls `run`, which does not panic, while the task is the current one.
    fn within<R>(&mut self, run: impl FnOnce(Pin<&B>) -> R) -> R {
        let Shell { task, hosted, executor, .. } = self;
        let task = task.as_ref();
        current::within_task(hosted, executor, || task.mailbox().executing(|| run(task)))
    }

    /// Handles the leftovers of a task that has ended: errors go outward, and the futures that wait
    /// for the end are woken.
    fn release(&mut self, untaken: Option<Injection>) {
        self.has_ended = true;
        self.grace = None;
        let leftovers = self.task.mailbox().end();
        for error in untaken.into_iter().chain(leftovers.injections).filter_map(Injection::too_late) {
            deliver_error(error, leftovers.outer.clone());
        }
        drop(leftovers.end_senders);
    }

    /// Has the mailbox call the waker of this poll.
    fn register(&mut self, waker: &Waker, is_taken: bool) {
        let identity = Some(Addressee::of(waker));
        if is_taken || self.known_waker != identity {
            self.known_waker = identity;
            self.task.mailbox().set_waker(waker);
        }
    }

    /// Drops the body if its time is over. Returns whether it has.
    fn poll_grace(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(Grace { cut_short, timer }) = &mut self.grace else { return false };
        if let Some(timer) = timer {
            if timer.poll(cx).is_pending() {
                return false;
            }
        } else if let Some(clock) = clock::current().filter(|clock| clock.now() < cut_short.deadline) {
            if let Ok(made) = clock.timer(cut_short.deadline, cx) {
                *timer = Some(made);
                return false;
            }
            // Without a clock the time is over at once.
        }
        if let Some(Grace { cut_short, .. }) = self.grace.take() {
            self.within(|task| task.cut_short(cut_short.request.into_error()));
            self.release(None);
        }
        self.has_ended
    }
}

impl<B: ?Sized + HostedBody> Future for Shell<B> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shell = self.get_mut();
        let has_news = shell.task.mailbox().has_news();
        shell.register(cx.waker(), has_news);
        let mut injection = None;
        if has_news {
            let news = shell.task.mailbox().take_news();
            injection = news.injection;
            if let Some(cut_short) = news.cut_short {
                shell.grace = Some(Grace { cut_short, timer: None });
            }
        }
        if shell.step(cx, injection) || shell.poll_grace(cx) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl<B: ?Sized + HostedBody> Drop for Shell<B> {
    /// The executor has dropped the task before its end.
    fn drop(&mut self) {
        if !self.has_ended {
            self.task.as_ref().close();
            self.release(None);
        }
    }
}
