//! A task that is sent to a loop: body and join state in one allocation.
//!
//! [`poll_body`] and [`drop_body`] are also used by the tasks on foreign executors, and [`untaken`]
//! by all tasks.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::cell::BodyCell;
use super::join::{JoinState, PolledResult};
use super::origin::TaskOrigin;
use super::span::TaskSpan;
use crate::error::{Error, Panicked, Throw};
use crate::executor::requests::TaskAddress;
use crate::executor::Runnable;
use crate::inject::in_flight::{resume, Thrown};
use crate::inject::question::AboutTask;
use crate::inject::report_swallowed;
use crate::report::{contain, report_unread};
use crate::Result;

/// A task as its handle sees it.
pub(super) trait Joinable<T> {
    fn join(&self) -> &JoinState<T>;

    fn poll_join(&self, cx: &Context<'_>) -> PolledResult<T> {
        self.join().poll(cx.waker())
    }

    fn is_done(&self) -> bool {
        self.join().is_done()
    }

    fn detach(&self) {
        if let Some(Err(error)) = self.join().detach() {
            report_unread("a task", &error);
        }
    }

    /// Returns the address of the task for requests.
    fn address(self: Pin<Arc<Self>>) -> TaskAddress;
}

pin_project! {
    /// `B` is the cell of the body. `M` is the marker of the error's [`Throw`].
    pub(super) struct Task<B, T, M> {
        #[pin]
        body: B,
        join: JoinState<T>,
        marker: PhantomData<fn() -> M>,
        span: TaskSpan,
        origin: TaskOrigin,
    }
}

impl<B, T, M> Task<B, T, M> {
    pub(super) fn join(&self) -> &JoinState<T> {
        &self.join
    }
}

impl<B: BodyCell, T, M> Task<B, T, M> {
    #[track_caller]
    pub(super) fn new(body: B) -> Self {
        let (span, origin) = (TaskSpan::of::<B::Body>(), TaskOrigin::here());
        Task { body, join: JoinState::new(), marker: PhantomData, span, origin }
    }

    /// Gives the result to the handle.
    fn finish(&self, result: Result<T>) {
        if let Err((result, why)) = self.join.finish(result) {
            contain("the drop of a task's result", || {
                if let Err(error) = result {
                    why.report("a task", &error);
                }
            });
        }
    }

    fn drop_body(self: Pin<&Self>) {
        drop_body(self.project_ref().body);
    }
}

impl<B, T, E, M> Task<B, T, M>
where
    B: BodyCell,
    B::Body: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    fn poll_body(
        self: Pin<&Self>,
        cx: &mut Context<'_>,
        thrown: &mut Option<Thrown>,
    ) -> Poll<Option<Result<T>>> {
        poll_body(self.project_ref().body, cx, thrown)
    }
}

/// Polls a body, and drops it at its end. Ready with nothing if the body was dropped before.
pub(super) fn poll_body<B, T, E, M>(
    body: Pin<&B>,
    cx: &mut Context<'_>,
    thrown: &mut Option<Thrown>,
) -> Poll<Option<Result<T>>>
where
    B: BodyCell,
    B::Body: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    // A body that has panicked is not polled again: it is only dropped.
    let polled = catch_unwind(AssertUnwindSafe(|| {
        resume(thrown, cx, |cx| body.poll(cx)).map(|poll| poll.map_err(Throw::throw))
    }));
    let result = match polled {
        Ok(Some(Poll::Pending)) if thrown.is_none() => return Poll::Pending,
        Ok(Some(Poll::Pending)) => match untaken(thrown) {
            Some(cancelled) => Err(cancelled),
            None => return Poll::Pending,
        },
        Ok(Some(Poll::Ready(result))) => result,
        Err(payload) => Err(Panicked::new(payload).into()),
        // The body was dropped before, and its end was reported then. It cannot be in use, because
        // only the loop or the shell polls it.
        Ok(None) => return Poll::Ready(None),
    };
    drop_body(body);
    Poll::Ready(Some(result))
}

/// Called before the result can be seen, so that everything that the body held is free by then.
pub(super) fn drop_body<B: BodyCell>(body: Pin<&B>) {
    contain("the drop of a task's body", || body.clear());
}

/// Looks at the injection that a pending body has not taken. A cancellation ends the body, which
/// waits at no yield, and is returned. A cancellation that the body has swallowed is reported.
#[cold]
pub(super) fn untaken(thrown: &mut Option<Thrown>) -> Option<Error> {
    let left = thrown.take_if(|thrown| matches!(thrown, Thrown::Cancel(request) if !request.is_deferred()));
    let cancelled = left.and_then(Thrown::into_error);
    if cancelled.is_none() {
        report_swallowed("a task", thrown);
    }
    cancelled
}

impl<B, T, E, M> Runnable for Task<B, T, M>
where
    B: BodyCell,
    B::Body: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    fn run(self: Pin<&Self>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        self.span.enter(thrown, |thrown| match self.poll_body(cx, thrown) {
            Poll::Pending => false,
            Poll::Ready(None) => true,
            Poll::Ready(Some(result)) => {
                self.finish(result);
                true
            }
        })
    }

    fn cut_short(self: Pin<&Self>, cancelled: Error) {
        self.span.enter(&mut None, |_| {
            self.drop_body();
            self.finish(Err(cancelled));
        });
    }

    fn close(self: Pin<&Self>) {
        self.span.enter(&mut None, |_| self.drop_body());
        self.join.close();
    }

    fn about(&self) -> AboutTask {
        self.origin.about::<B::Body>()
    }
}
