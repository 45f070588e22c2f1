//! `gen::with_timeout(..).cancel(..)`: a deadline that leaves time to clean up.
//!
//! | stage | the child is ready | the deadline passes | the grace period ends |
//! |---|---|---|---|
//! | waiting | its result | the child is cancelled: ending; a child that cannot take the cancellation is dropped: `TimeoutError` | |
//! | waiting, and an outer deadline has cancelled the child | its result | ending; the child is cleaning up already | |
//! | ending | `TimeoutError` if it ended with our cancellation, else its result | | the child is dropped: `TimeoutError` |
//!
//! A cancellation from outside goes to the child, with one exception: a deadline does not disturb a
//! clean-up. So in the stage `Ending` the cancellation of another deadline is deferred, as by a
//! shield. The yield after this one takes it, if it comes in time. If a shield in the child defers
//! our own cancellation, we inject it again at each poll until it is taken. If meanwhile a
//! cancellation from outside goes to the child, it replaces ours.

use std::any::type_name;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::limit::TimeLimit;
use super::timeout::{Line, TimedOut, WithTimeout};
use super::waited::{poll_or_ask, timeout_error};
use crate::bindings::within;
use crate::coroutine::{Frame, FrameKind};
use crate::error::{CancelSource, Cancelled, Error};
use crate::inject::answering::SaidSoFar;
use crate::inject::question::Waiting;
use crate::inject::{answering, in_flight, poll_cancelled, Cancellation, Deferral};
use crate::report::{by_timeout, IsQuiet, QuietTypes};
use crate::yieldable::forward_error;
use crate::yieldable::join::joinable;
use crate::{Result, Yieldable};

impl<Y, Q, L> WithTimeout<Y, Q, L> {
    /// Cancels the yieldable at the deadline, and drops it only if it has not ended `grace` later.
    ///
    /// Every leaf of the yieldable is resumed with [`Cancelled`], whose source is
    /// [`Deadline`](CancelSource::Deadline), and may clean up.
    /// [`JoinHandle::cancel`](crate::JoinHandle::cancel) says which leaves these are. A plain
    /// future cannot take a cancellation, and is dropped at the deadline. The task of a
    /// [`JoinHandle`](crate::JoinHandle) goes on.
    ///
    /// A yieldable that ends with the cancellation, as it should, gives a
    /// [`TimeoutError`](crate::TimeoutError), which says [where](crate::TimeoutError::waiting) the
    /// yieldable was waiting at the deadline. If the grace period ends first, it says where the
    /// clean-up was waiting. If it ends with another result within the grace
    /// period, the yield gives that result. So a value that comes just in time is not lost, and the
    /// failure of a clean-up is reported. Within the grace period, [`time_left`](crate::time_left)
    /// tells how much of it is left.
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
    ///     let limited = gen::with_timeout(Duration::from_secs(1), slow(&rolled_back));
    ///     let error = yield_!(limited.cancel(Duration::from_secs(5))).unwrap_err();
    ///     assert!(error.is::<gen::TimeoutError>());
    ///     Ok(rolled_back.get())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert!(io_loop.run_sync(patient()).unwrap());
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of [`with_timeout`](crate::with_timeout).
    ///
    /// # Cancellation
    ///
    /// A cancellation of the yield goes to the yieldable; the deadline and the grace period stay.
    /// Dropping the yield drops the yieldable at once.
    ///
    /// Deadlines may be nested, and may be equal. A deadline does not disturb a clean-up that
    /// another deadline has begun, within the grace period of the other one. If an outer deadline
    /// passes meanwhile, and the clean-up ends in time, the next yield is cancelled. If an inner
    /// deadline passes meanwhile, it has no effect. Each grace period bounds the time of its
    /// yieldable in any case. A cancellation by a handle is explicit, and therefore arrives at
    /// once.
    ///
    /// # Outside a coroutine
    ///
    /// [`join`](CancelTimeout::join) makes a future of it.
    #[track_caller]
    pub fn cancel(self, grace: Duration) -> CancelTimeout<Y, Q, L> {
        CancelTimeout { timeout: self, grace, by: Location::caller() }
    }
}

/// A yieldable that is cancelled at a deadline, and dropped later: made by [`WithTimeout::cancel`].
#[derive(Debug)]
#[must_use = "nothing runs until it is yielded"]
pub struct CancelTimeout<Y, Q = (), L = ()> {
    timeout: WithTimeout<Y, Q, L>,
    grace: Duration,
    by: &'static Location<'static>,
}

impl<Y, Q, L, M, Mode, K> Yieldable<TimedOut<M>, Mode, K> for CancelTimeout<Y, Q, L>
where
    Y: Yieldable<M, Mode, K>,
    Q: QuietTypes,
    L: Line,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Graced<Y::Pending, L>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        let (yieldable, limit, line) = self.timeout.into_parts();
        Graced {
            child: Some(yieldable.into_pending(frame)),
            limit,
            grace: self.grace,
            by: self.by,
            line,
            stage: Stage::Waiting { child_is_cancelled: false },
            waiting: None,
            is_quiet: Q::include,
            deferral: Deferral::default(),
        }
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine:
    /// `gen::with_timeout(..).cancel(..).join().await`.
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
    /// The errors of the yieldable, and [`TimeoutError`](crate::TimeoutError). Their trace does not
    /// name this future, because only a `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// A cancellation of the task that awaits the future goes to the yieldable. Dropping the future
    /// drops the yieldable.
    [Y, Q, L] CancelTimeout<Y, Q, L>
}

forward_error!([Q L] CancelTimeout<Y, Q, L>: TimedOut<M>);

pin_project! {
    /// The pending future of [`with_timeout(..).cancel(..)`](WithTimeout::cancel).
    #[derive(Debug)]
    pub struct Graced<P, L = ()> {
        // Dropped when it is ready, and at the end of the grace period.
        #[pin]
        child: Option<P>,
        // The deadline, and later the end of the grace period.
        limit: TimeLimit,
        grace: Duration,
        by: &'static Location<'static>,
        line: L,
        stage: Stage,
        // Where the child was waiting at the deadline, or later at the end of the grace period.
        waiting: Option<Box<Waiting>>,
        // Whether an error that comes after the deadline is not logged.
        is_quiet: IsQuiet,
        // Declared after the child, so that the cancellation is still deferred when the child is
        // dropped.
        deferral: Deferral,
    }
}

#[derive(Debug)]
enum Stage {
    /// Waits for the deadline. An outer deadline may have cancelled the child already.
    Waiting { child_is_cancelled: bool },
    /// Waits for the end of the grace period. Contains our cancellation, unless an outer deadline
    /// has cancelled the child.
    Ending(Option<Cancellation>),
}

impl<P, L, T> Graced<P, L>
where
    P: Future<Output = Result<T>>,
    L: Line,
{
    /// If something is in flight, sets `said` to the statements before the poll.
    fn poll_child(self: Pin<&mut Self>, cx: &mut Context<'_>, said: &mut SaidSoFar) -> Poll<Result<T>> {
        let is_deferred = matches!(&self.stage, Stage::Ending(Some(request)) if request.is_deferred());
        if is_deferred || in_flight::any_in_flight() || self.limit.may_be_over() {
            *said = answering::said(cx.waker());
            return self.poll_in_flight(cx);
        }
        let this = self.project();
        match this.child.as_pin_mut() {
            Some(child) => within(&*this.limit, || child.poll(cx)),
            None => Poll::Pending,
        }
    }

    /// Polls the child while something is in flight, our cancellation has to be injected again, or
    /// the limit may be over.
    #[cold]
    fn poll_in_flight(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        let Some(mut child) = this.child.as_pin_mut() else { return Poll::Pending };
        if matches!(this.stage, Stage::Ending(_)) && this.limit.is_over() {
            // The wait at the deadline. Since then the child may have gone on.
            *this.waiting = None;
        }
        let limit = &*this.limit;
        within(limit, || match (this.stage, in_flight::cancel_source(cx.waker())) {
            (Stage::Ending(request), Some(CancelSource::Deadline)) => {
                this.deferral.defer(cx.waker());
                let polled = match request {
                    Some(request) if request.is_deferred() => poll_cancelled(child, cx, request),
                    _ => in_flight::without_injected(|| child.poll(cx)),
                };
                if polled.is_ready() {
                    this.deferral.undefer();
                }
                polled
            }
            (Stage::Ending(Some(request)), source) if request.is_deferred() => {
                if source.is_none() {
                    let polled = poll_cancelled(child.as_mut(), cx, request);
                    // A question comes afterwards: the child may have taken our request, and waits
                    // for something else then.
                    if polled.is_ready() || !answering::is_question(cx.waker()) {
                        return polled;
                    }
                    return child.poll(cx);
                }
                request.set_deferred(false);
                child.poll(cx)
            }
            (Stage::Waiting { child_is_cancelled }, Some(CancelSource::Deadline)) => {
                let polled = child.poll(cx);
                *child_is_cancelled |= in_flight::cancel_source(cx.waker()).is_none();
                polled
            }
            _ => {
                let (polled, asked) = poll_or_ask(child, limit, cx);
                if asked.is_some() {
                    *this.waiting = asked;
                }
                polled
            }
        })
    }

    /// Cancels the child at the deadline, unless it is already cleaning up for an outer deadline.
    fn cancel_child(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        let Some(child) = this.child.as_pin_mut() else { return Poll::Pending };
        this.limit.restart(*this.grace);
        if let Stage::Waiting { child_is_cancelled: true } = this.stage {
            *this.stage = Stage::Ending(None);
            return Poll::Pending;
        }
        let reason = format!("the deadline has passed, after {:?}", this.limit.after());
        let mut request = Cancellation::new(CancelSource::Deadline, reason, this.by);
        let polled = within(&*this.limit, || poll_cancelled(child, cx, &mut request));
        *this.stage = Stage::Ending(Some(request));
        polled
    }

    fn drop_child(self: Pin<&mut Self>) {
        let mut this = self.project();
        by_timeout(*this.is_quiet, || this.child.set(None));
    }

    /// Makes the result when the child is ready.
    fn end(mut self: Pin<&mut Self>, result: Result<T>) -> Result<T> {
        if let Stage::Ending(_) = self.stage {
            self.as_mut().drop_child();
        }
        let mut this = self.project();
        this.child.set(None);
        this.limit.disarm();
        let stage = &*this.stage;
        let timed_out = |error: &Error| match stage {
            Stage::Ending(Some(request)) => {
                error.downcast_ref::<Cancelled>().is_some_and(|cancelled| request.is_of(cancelled))
            }
            Stage::Ending(None) | Stage::Waiting { .. } => false,
        };
        match result {
            Err(error) if timed_out(&error) => {
                Err(timeout_error(this.limit.after(), this.line.set_at(), this.waiting.take()))
            }
            result => result,
        }
    }
}

impl<P, L, T> Future for Graced<P, L>
where
    P: Future<Output = Result<T>>,
    L: Line,
{
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut said = SaidSoFar::NOTHING;
        let mut polled = self.as_mut().poll_child(cx, &mut said);
        loop {
            if let Poll::Ready(result) = polled {
                return Poll::Ready(self.end(result));
            }
            let is_over = match self.as_mut().project().limit.poll(cx) {
                Poll::Pending => {
                    let this = self.into_ref().get_ref();
                    answering::say_within(&this.child, cx.waker(), || this.limit.left());
                    return Poll::Pending;
                }
                Poll::Ready(is_over) => is_over,
            };
            // The child is resumed or dropped now.
            if let Some(answered) = answering::unsay(cx.waker(), said, type_name::<P>()) {
                *self.as_mut().project().waiting = Some(answered);
            }
            if is_over.is_ok() && matches!(self.stage, Stage::Waiting { .. }) {
                polled = self.as_mut().cancel_child(cx);
                if polled.is_pending() && answering::is_question(cx.waker()) {
                    polled = self.as_mut().poll_child(cx, &mut said);
                }
                continue;
            }
            self.as_mut().drop_child();
            let this = self.project();
            this.deferral.undefer();
            return Poll::Ready(is_over.and_then(|()| {
                Err(timeout_error(this.limit.after(), this.line.set_at(), this.waiting.take()))
            }));
        }
    }
}
