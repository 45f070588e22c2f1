//! `gen::with_timeout`.
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::deadline::Deadline;
use super::sleep::Sleep;
use crate::coroutine::{Frame, FrameKind};
use crate::error::TimeoutError;
use crate::inject::in_flight::without_injected_errors;
use crate::report::{by_timeout, nothing, IsQuiet, QuietError, QuietTypes};
use crate::yieldable::forward_error;
use crate::yieldable::join::joinable;
use crate::{Result, Yieldable};

/// Yields something, but for no longer than until a deadline: a `Duration` from this call, or an `Instant`.
///
/// The result wins: what is ready when the deadline is noticed is handed over. Else what was waited for is
/// dropped, and the yield gives a [`TimeoutError`]. What runs on its own, as the task of a
/// [`JoinHandle`](crate::JoinHandle) does, goes on; if it fails later, that is logged (target `gen`, level
/// `ERROR`) as a failure after the timeout, unless it is [quiet](WithTimeout::quiet). A deadline that has passed already is noticed in the
/// loop's next turn. One that no `Instant` can tell, such as that of [`Duration::MAX`], never comes.
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn patient() -> gen::Result<&'static str> {
///     let slow = gen::sleep(Duration::from_secs(3600));
///     match yield_!(gen::with_timeout(Duration::from_secs(1), slow)) {
///         Err(e) if e.is::<gen::TimeoutError>() => Ok("too slow"),
///         other => other.map(|()| "done"),
///     }
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// assert_eq!(io_loop.run_sync(patient()).unwrap(), "too slow");
/// ```
///
/// # Errors
///
/// Those of what is yielded, [`TimeoutError`], and [`NoLoop`](crate::NoLoop) if it has to wait where no loop
/// runs.
///
/// # Cancellation
///
/// What is yielded is dropped, by the deadline or with the yield. Give it time to clean up with [`cancel`](WithTimeout::cancel).
///
/// # Outside a coroutine
///
/// [`join`](WithTimeout::join) makes a future of it: `gen::with_timeout(..).join().await`.
#[doc(alias("timeout", "wait_for"))]
pub fn with_timeout<Y>(timeout: impl Into<Deadline>, yieldable: Y) -> WithTimeout<Y> {
    let (sleep, after) = timeout.into().sleep();
    WithTimeout { yieldable, limit: TimeLimit { sleep, after }, quiet: PhantomData }
}

/// Something to yield, and a deadline: made by [`with_timeout`].
#[derive(Debug)]
#[must_use = "nothing runs until it is yielded"]
pub struct WithTimeout<Y, Q = ()> {
    yieldable: Y,
    limit: TimeLimit,
    /// The errors that are not logged when they come too late.
    quiet: PhantomData<fn() -> Q>,
}

impl<Y, Q> WithTimeout<Y, Q> {
    pub(super) fn into_parts(self) -> (Y, TimeLimit) {
        (self.yieldable, self.limit)
    }

    /// Does not log the error of a task that fails after the deadline, if it is an `E`.
    ///
    /// It may be called again for another type; `quiet::<gen::Error>()` names every error. Errors before
    /// the deadline are raised as ever.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn late() -> gen::Result<u8> {
    ///     yield_!(gen::sleep(Duration::from_secs(2)))?;
    ///     Ok("x".parse()?)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn impatient() -> gen::Result {
    ///     let limited = gen::with_timeout(Duration::from_secs(1), gen::spawn(late()));
    ///     assert!(yield_!(limited.quiet::<std::num::ParseIntError>()).is_err());
    ///     yield_!(gen::sleep(Duration::from_secs(2))) // `late` fails meanwhile, and nothing is logged
    /// }
    /// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(impatient()).unwrap();
    /// ```
    pub fn quiet<E>(self) -> WithTimeout<Y, (E, Q)>
    where
        E: QuietError,
    {
        WithTimeout { yieldable: self.yieldable, limit: self.limit, quiet: PhantomData }
    }
}

/// Marks [`with_timeout`] of an `M`.
#[derive(Debug)]
pub struct TimedOut<M>(PhantomData<M>);

#[derive(Debug)]
pub(super) struct TimeLimit {
    pub(super) sleep: Sleep,
    /// From the call to the deadline.
    pub(super) after: Duration,
}

impl<Y, Q, M, Mode, K> Yieldable<TimedOut<M>, Mode, K> for WithTimeout<Y, Q>
where
    Y: Yieldable<M, Mode, K>,
    Q: QuietTypes,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Timed<Y::Pending>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        Timed { child: Some(self.yieldable.into_pending(frame)), limit: self.limit, is_quiet: Q::include }
    }
}

joinable! {
    /// The future that waits until the deadline, for use outside a coroutine: `gen::with_timeout(..).join().await`.
    ///
    /// ```
    /// use std::future::pending;
    /// use std::time::Duration;
    ///
    /// async fn patient() -> gen::Result {
    ///     gen::with_timeout(Duration::from_secs(1), pending::<gen::Result>()).join().await
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert!(io_loop.run_sync(patient()).unwrap_err().is::<gen::TimeoutError>());
    /// ```
    ///
    /// # Errors
    ///
    /// As of the yield. The trace of an error has no place for it, since only a `yield_!` is a place.
    ///
    /// # Cancellation
    ///
    /// As of the yield: what is waited for is dropped, by the deadline or with the future.
    [Y, Q] WithTimeout<Y, Q>
}

forward_error!([Q] WithTimeout<Y, Q>: TimedOut<M>);

/// The future with that deadline, if there is one, `after` from the call that set it.
pub(crate) fn with_deadline<P>(deadline: Option<Instant>, after: Duration, child: P) -> Timed<P> {
    let limit = TimeLimit { sleep: Sleep::until(deadline), after };
    Timed { child: Some(child), limit, is_quiet: nothing }
}

pin_project! {
    /// What a coroutine waits for that yielded a [`with_timeout`].
    #[derive(Debug)]
    pub struct Timed<P> {
        // Dropped when it is ready, and at the deadline.
        #[pin]
        child: Option<P>,
        limit: TimeLimit,
        // Of the errors that come too late, those that are not logged.
        is_quiet: IsQuiet,
    }
}

impl<P, T> Future for Timed<P>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut this = self.project();
        if let Some(child) = this.child.as_mut().as_pin_mut() {
            // An error is for the yield that waits for this, a cancellation for the child.
            if let Poll::Ready(result) = without_injected_errors(|| child.poll(cx)) {
                this.child.set(None);
                this.limit.sleep.disarm();
                return Poll::Ready(result);
            }
        }
        let over = match Pin::new(&mut this.limit.sleep).poll(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(over) => over,
        };
        Poll::Ready(Err(match over {
            Ok(()) => {
                by_timeout(*this.is_quiet, || this.child.set(None));
                TimeoutError::new(this.limit.after).into()
            }
            Err(error) => {
                this.child.set(None);
                error
            }
        }))
    }
}
