//! `gen::with_timeout(..).cancel(..)`: a deadline that leaves time to clean up.
//!
//! | stage | the child is ready | the deadline | the end of the grace period |
//! |---|---|---|---|
//! | waiting | its result | the child is cancelled: ending; or dropped, if it cannot be told: `TimeoutError` | |
//! | ending | `TimeoutError` if it ended by that, else its result | | the child is dropped: `TimeoutError` |
//!
//! A cancellation from outside goes through to the child in both stages. One of ours that a shield holds back is lent at each poll until it is taken; if one from outside comes
//! meanwhile, that takes its place.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::deadline::from_now;
use super::sleep::Sleep;
use super::timeout::{Limit, Limited, WithTimeout};
use crate::cancel::{tell, CancelSource, Cancellation, Cancelled};
use crate::coroutine::throw::{self, hide_errors};
use crate::coroutine::{Frame, Kind};
use crate::error::{Error, TimeoutError};
use crate::quiet::{IsQuiet, QuietTypes};
use crate::task;
use crate::yieldable::join::joinable;
use crate::yieldable::probe::HasError;
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

impl<Y, Q, M, Mode, K> Yieldable<Limited<M>, Mode, K> for CancelTimeout<Y, Q>
where
    Y: Yieldable<M, Mode, K>,
    Q: QuietTypes,
    K: Kind,
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
            ending: None,
            is_quiet: Q::include,
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

impl<Y: HasError<M>, Q, M> HasError<Limited<M>> for CancelTimeout<Y, Q> {
    type Err = Y::Err;
    type Value = Y::Value;
}

pin_project! {
    /// What a coroutine waits for that yielded a [`with_timeout(..).cancel(..)`](WithTimeout::cancel).
    #[derive(Debug)]
    pub struct Graced<P> {
        // Dropped when it is ready, and at the end of the grace period.
        #[pin]
        child: Option<P>,
        // The deadline; then, the end of the grace period.
        limit: Limit,
        grace: Duration,
        by: &'static Location<'static>,
        // What the child was cancelled with.
        ending: Option<Cancellation>,
        // Of the errors that come too late, those that are not logged.
        is_quiet: IsQuiet,
    }
}

impl<P, T> Graced<P>
where
    P: Future<Output = Result<T>>,
{
    fn poll_child(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        let Some(child) = this.child.as_pin_mut() else { return Poll::Pending };
        match this.ending {
            Some(held) if held.is_held() => {
                if throw::is_cancelled(cx.waker()) {
                    held.set_held(false);
                    child.poll(cx)
                } else {
                    tell(child, cx, held)
                }
            }
            _ => hide_errors(|| child.poll(cx)),
        }
    }

    /// At the deadline.
    fn cancel_child(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        let Some(child) = this.child.as_pin_mut() else { return Poll::Pending };
        this.limit.sleep = Sleep::until(from_now(*this.grace));
        let reason = format!("the deadline has passed, after {:?}", this.limit.after);
        let request = this.ending.insert(Cancellation::new(CancelSource::Deadline, reason, this.by));
        tell(child, cx, request)
    }

    fn drop_child(self: Pin<&mut Self>) {
        let mut this = self.project();
        task::by_timeout(*this.is_quiet, || this.child.set(None));
    }

    /// The child is ready.
    fn end(mut self: Pin<&mut Self>, result: Result<T>) -> Result<T> {
        if self.ending.is_some() {
            self.as_mut().drop_child();
        }
        let mut this = self.project();
        this.child.set(None);
        this.limit.sleep.disarm();
        let timed_out = |error: &Error| {
            let request = this.ending.as_ref();
            error
                .downcast_ref::<Cancelled>()
                .zip(request)
                .is_some_and(|(cancelled, request)| cancelled.is_of(request))
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
            if is_over.is_ok() && self.ending.is_none() {
                polled = self.as_mut().cancel_child(cx);
                continue;
            }
            self.as_mut().drop_child();
            return Poll::Ready(is_over.and_then(|()| Err(TimeoutError::new(self.limit.after).into())));
        }
    }
}
