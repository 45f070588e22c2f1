//! `gen::with_timeout(..).cancel(..)`: a deadline that leaves time to clean up.
//!
//! | stage | the child is ready | the deadline | the end of the grace period |
//! |---|---|---|---|
//! | waiting | its result | the child is cancelled: ending; or dropped, if it cannot be told: `TimeoutError` | |
//! | waiting, and told by a deadline from outside | its result | ending: it cleans up already | |
//! | ending | `TimeoutError` if it ended by that, else its result | | the child is dropped: `TimeoutError` |
//!
//! A cancellation from outside goes through to the child, but one: a deadline does not disturb a clean-up that is under way. So in the stage ending that of another deadline is held back, as by
//! a shield, and is taken by the yield after this one, if that is not too late. One of ours that a shield holds back is lent at each poll until it is taken; if one from outside goes through
//! meanwhile, that takes its place.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::now::from_now;
use super::sleep::Sleep;
use super::timeout::{TimeLimit, TimedOut, WithTimeout};
use crate::coroutine::{Frame, FrameKind};
use crate::error::{CancelSource, Cancelled, Error, TimeoutError};
use crate::inject::in_flight::without_injected_errors;
use crate::inject::{in_flight, poll_cancelled, Cancellation, Deferral};
use crate::report::{by_timeout, IsQuiet, QuietTypes};
use crate::yieldable::forward_error;
use crate::yieldable::join::joinable;
use crate::{Result, Yieldable};

impl<Y, Q> WithTimeout<Y, Q> {
    /// Cancels what is yielded at the deadline, and drops it only if it has not ended when `grace` has passed after that.
    ///
    /// Every leaf is resumed with [`Cancelled`], of the source [`Deadline`](CancelSource::Deadline), and may clean up; see [`JoinHandle::cancel`](crate::JoinHandle::cancel) for
    /// who is told. A plain future cannot be told, and is dropped at the deadline. The task of a [`JoinHandle`](crate::JoinHandle) goes on.
    ///
    /// A child that ends by the cancellation, as it should, is a [`TimeoutError`]. One that ends otherwise within the grace period has its result handed over: a value that came
    /// just in time is not lost, and a clean-up that fails is told.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn slow(rolled_back: &std::cell::Cell<bool>) -> gen::Result {
    ///     let outcome = yield_!(gen::sleep(Duration::from_secs(3600)));
    ///     if outcome.is_err() {
    ///         yield_!(gen::sleep(Duration::from_secs(2)))?;
    ///         rolled_back.set(true);
    ///     }
    ///     outcome
    /// }
    ///
    /// #[gen::coroutine]
    /// fn patient() -> gen::Result<bool> {
    ///     let rolled_back = std::cell::Cell::new(false);
    ///     let limited = gen::with_timeout(Duration::from_secs(1), slow(&rolled_back)).cancel(Duration::from_secs(5));
    ///     let error = yield_!(limited).unwrap_err();
    ///     assert!(error.is::<gen::TimeoutError>());
    ///     Ok(rolled_back.get())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert!(io_loop.run_sync(patient()).unwrap());
    /// ```
    ///
    /// # Errors
    ///
    /// As [`with_timeout`](crate::with_timeout).
    ///
    /// # Cancellation
    ///
    /// What is yielded is cancelled with the yield; deadline and grace period stay. Dropping the yield drops it at once.
    ///
    /// Deadlines may be nested, and the same one may be given twice: a deadline does not disturb a clean-up that another one has begun, within the grace period of that. An outer one that passes
    /// meanwhile is told at the next yield, if the clean-up ends in time; an inner one that passes is not told at all. The grace period of each bounds what is in it in any case. Whoever asks
    /// explicitly, by a handle, is in a hurry: that is told at once.
    ///
    /// # Outside a coroutine
    ///
    /// [`join`](CancelTimeout::join) makes a future of it.
    #[track_caller]
    pub fn cancel(self, grace: Duration) -> CancelTimeout<Y, Q> {
        CancelTimeout { timeout: self, grace, by: Location::caller() }
    }
}

/// Something to yield that is cancelled at a deadline, and dropped later: made by [`WithTimeout::cancel`].
#[derive(Debug)]
#[must_use = "nothing runs until it is yielded"]
pub struct CancelTimeout<Y, Q = ()> {
    timeout: WithTimeout<Y, Q>,
    grace: Duration,
    by: &'static Location<'static>,
}

impl<Y, Q, M, Mode, K> Yieldable<TimedOut<M>, Mode, K> for CancelTimeout<Y, Q>
where
    Y: Yieldable<M, Mode, K>,
    Q: QuietTypes,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Graced<Y::Pending>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        let (yieldable, limit) = self.timeout.into_parts();
        Graced {
            child: Some(yieldable.into_pending(frame)),
            limit,
            grace: self.grace,
            by: self.by,
            stage: Stage::Waiting { is_told: false },
            is_quiet: Q::include,
            hold: Deferral::default(),
        }
    }
}

joinable! {
    /// The future that waits until the deadline, and then for the clean-up, for use outside a coroutine.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn slow() -> gen::Result<&'static str> {
    ///     let slept = gen::yield_!(gen::sleep(Duration::from_secs(3600)));
    ///     Ok(if slept.is_err() { "cleaned up" } else { "slept" })
    /// }
    ///
    /// async fn patient() -> gen::Result<&'static str> {
    ///     let second = Duration::from_secs(1);
    ///     gen::with_timeout(second, slow()).cancel(second).join().await
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(patient()).unwrap(), "cleaned up");
    /// ```
    ///
    /// # Errors
    ///
    /// As of the yield. The trace of an error has no place for it, since only a `yield_!` is a place.
    ///
    /// # Cancellation
    ///
    /// As of the yield: a cancellation of the task that awaits it goes through; dropping it drops what it waits for.
    [Y, Q] CancelTimeout<Y, Q>
}

forward_error!([Q] CancelTimeout<Y, Q>: TimedOut<M>);

pin_project! {
    /// What a coroutine waits for that yielded a [`with_timeout(..).cancel(..)`](WithTimeout::cancel).
    #[derive(Debug)]
    pub struct Graced<P> {
        // Dropped when it is ready, and at the end of the grace period.
        #[pin]
        child: Option<P>,
        // The deadline; then, the end of the grace period.
        limit: TimeLimit,
        grace: Duration,
        by: &'static Location<'static>,
        stage: Stage,
        // Of the errors that come too late, those that are not logged.
        is_quiet: IsQuiet,
        // Behind the child, which may be dropped with what is held back for it.
        hold: Deferral,
    }
}

#[derive(Debug)]
enum Stage {
    /// For the deadline. The child may have been told by that of somebody else.
    Waiting { is_told: bool },
    /// For the end of the grace period; and what the child was cancelled with, if that was by us.
    Ending(Option<Cancellation>),
}

impl<P, T> Graced<P>
where
    P: Future<Output = Result<T>>,
{
    fn poll_child(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let is_held = matches!(&self.stage, Stage::Ending(Some(request)) if request.is_held());
        if is_held || in_flight::any_in_flight() {
            return self.poll_in_flight(cx);
        }
        match self.project().child.as_pin_mut() {
            Some(child) => child.poll(cx),
            None => Poll::Pending,
        }
    }

    /// The same where something is in flight, or is to be lent.
    #[cold]
    fn poll_in_flight(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        let Some(child) = this.child.as_pin_mut() else { return Poll::Pending };
        match (this.stage, in_flight::cancel_source(cx.waker())) {
            (Stage::Ending(request), Some(CancelSource::Deadline)) => {
                this.hold.defer(cx.waker());
                let polled = match request {
                    Some(request) if request.is_held() => poll_cancelled(child, cx, request),
                    _ => in_flight::without_injected(|| child.poll(cx)),
                };
                if polled.is_ready() {
                    this.hold.undefer();
                }
                polled
            }
            (Stage::Ending(Some(request)), source) if request.is_held() => {
                if source.is_none() {
                    return poll_cancelled(child, cx, request);
                }
                request.set_held(false);
                child.poll(cx)
            }
            (Stage::Waiting { is_told }, Some(CancelSource::Deadline)) => {
                let polled = child.poll(cx);
                *is_told |= in_flight::cancel_source(cx.waker()).is_none();
                polled
            }
            _ => without_injected_errors(|| child.poll(cx)),
        }
    }

    /// At the deadline. What was told by another one cleans up, and is not disturbed.
    fn cancel_child(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        let Some(child) = this.child.as_pin_mut() else { return Poll::Pending };
        this.limit.sleep = Sleep::until(from_now(*this.grace));
        if let Stage::Waiting { is_told: true } = this.stage {
            *this.stage = Stage::Ending(None);
            return Poll::Pending;
        }
        let reason = format!("the deadline has passed, after {:?}", this.limit.after);
        let mut request = Cancellation::new(CancelSource::Deadline, reason, this.by);
        let polled = poll_cancelled(child, cx, &mut request);
        *this.stage = Stage::Ending(Some(request));
        polled
    }

    fn drop_child(self: Pin<&mut Self>) {
        let mut this = self.project();
        by_timeout(*this.is_quiet, || this.child.set(None));
    }

    /// The child is ready.
    fn end(mut self: Pin<&mut Self>, result: Result<T>) -> Result<T> {
        if let Stage::Ending(_) = self.stage {
            self.as_mut().drop_child();
        }
        let mut this = self.project();
        this.child.set(None);
        this.limit.sleep.disarm();
        let stage = &*this.stage;
        let timed_out = |error: &Error| match stage {
            Stage::Ending(Some(request)) => {
                error.downcast_ref::<Cancelled>().is_some_and(|cancelled| request.is_of(cancelled))
            }
            Stage::Ending(None) | Stage::Waiting { .. } => false,
        };
        match result {
            Err(error) if timed_out(&error) => Err(TimeoutError::new(this.limit.after).into()),
            result => result,
        }
    }
}

impl<P, T> Future for Graced<P>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut polled = self.as_mut().poll_child(cx);
        loop {
            if let Poll::Ready(result) = polled {
                return Poll::Ready(self.end(result));
            }
            let is_over = match Pin::new(&mut self.as_mut().project().limit.sleep).poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(is_over) => is_over,
            };
            if is_over.is_ok() && matches!(self.stage, Stage::Waiting { .. }) {
                polled = self.as_mut().cancel_child(cx);
                continue;
            }
            self.as_mut().drop_child();
            self.as_mut().project().hold.undefer();
            return Poll::Ready(is_over.and_then(|()| Err(TimeoutError::new(self.limit.after).into())));
        }
    }
}
