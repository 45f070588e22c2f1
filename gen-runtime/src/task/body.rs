//! The task: body and join state in one allocation.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::cell::BodyCell;
use super::join::{JoinState, PolledResult};
use super::span::TaskSpan;
use crate::error::{Error, Panicked, Throw};
use crate::executor::{HostedRef, Runnable};
use crate::inject::in_flight::{resume, Thrown};
use crate::inject::report_swallowed;
use crate::report::{contain, report_unread};
use crate::Result;

/// A task as its handle sees it.
pub(super) trait Joinable<T> {
    fn poll_join(&self, cx: &Context<'_>) -> PolledResult<T>;
    fn is_done(&self) -> bool;
    fn detach(&self);

    /// Returns the task for requests, if a foreign executor runs it.
    fn hosted(self: Pin<Arc<Self>>) -> Option<HostedRef>;
}

pin_project! {
    /// `B` is the cell of the body. `M` is the marker of the error's [`Throw`].
    pub(super) struct Task<B, T, M> {
        #[pin]
        body: B,
        join: JoinState<T>,
        marker: PhantomData<fn() -> M>,
        span: TaskSpan,
    }
}

impl<B: BodyCell, T, M> Task<B, T, M> {
    #[track_caller]
    pub(super) fn new(body: B) -> Self {
        Task { body, join: JoinState::new(), marker: PhantomData, span: TaskSpan::new() }
    }

    fn finish(self: Pin<&Self>, result: Result<T>) {
        self.drop_body();
        if let Err((result, why)) = self.join.finish(result) {
            contain("the drop of a task's result", || {
                if let Err(error) = result {
                    why.report("a task", &error);
                }
            });
        }
    }

    /// Called before the result can be seen, so that everything that the body held is free by then.
    fn drop_body(self: Pin<&Self>) {
        contain("the drop of a task's body", || self.project_ref().body.clear());
    }
}

impl<B, T, E, M> Task<B, T, M>
where
    B: BodyCell,
    B::Body: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    /// Polls the body, and handles its end; returns whether the body has ended.
    fn step(self: Pin<&Self>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        let body = self.project_ref().body;
        // A body that has panicked is not polled again: it is only dropped.
        let polled = catch_unwind(AssertUnwindSafe(|| {
            resume(thrown, cx, |cx| body.poll(cx)).map(|poll| poll.map_err(Throw::throw))
        }));
        match polled {
            Ok(Some(Poll::Pending)) if thrown.is_none() => return false,
            Ok(Some(Poll::Pending)) => match take_cancellation(thrown) {
                None => {
                    report_swallowed("a task", thrown);
                    return false;
                }
                Some(cancelled) => self.finish(Err(cancelled)),
            },
            Ok(Some(Poll::Ready(result))) => self.finish(result),
            Err(payload) => self.finish(Err(Panicked::new(payload).into())),
            // The body was dropped before, and its end was reported then. It cannot be in use,
            // because only the loop polls it.
            Ok(None) => {}
        }
        true
    }
}

/// Takes the cancellation that a pending body has not taken, because it waits at no yield.
#[cold]
fn take_cancellation(thrown: &mut Option<Thrown>) -> Option<Error> {
    let left = thrown.take_if(|thrown| matches!(thrown, Thrown::Cancel(request) if !request.is_deferred()));
    left.and_then(Thrown::into_error)
}

impl<B, T, E, M> Runnable for Task<B, T, M>
where
    B: BodyCell,
    B::Body: Future<Output = std::result::Result<T, E>>,
    E: Throw<M>,
{
    fn run(self: Pin<&Self>, cx: &mut Context<'_>, thrown: &mut Option<Thrown>) -> bool {
        self.span.enter(|| self.step(cx, thrown))
    }

    fn cut_short(self: Pin<&Self>, cancelled: Error) {
        self.span.enter(|| self.finish(Err(cancelled)));
    }

    fn close(self: Pin<&Self>) {
        self.span.enter(|| self.drop_body());
        self.join.close();
    }
}

impl<B, T, M> Joinable<T> for Task<B, T, M> {
    fn poll_join(&self, cx: &Context<'_>) -> PolledResult<T> {
        self.join.poll(cx.waker())
    }

    fn is_done(&self) -> bool {
        self.join.is_done()
    }

    fn detach(&self) {
        if let Some(Err(error)) = self.join.detach() {
            report_unread("a task", &error);
        }
    }

    fn hosted(self: Pin<Arc<Self>>) -> Option<HostedRef> {
        None
    }
}
