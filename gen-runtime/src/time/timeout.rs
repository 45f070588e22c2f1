//! `gen::with_timeout`.

use std::any::type_name;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::deadline::Deadline;
use super::limit::TimeLimit;
use super::waited::{poll_or_ask, timeout_error};
use crate::bindings::within;
use crate::coroutine::{Frame, FrameKind};
use crate::error::Error;
use crate::inject::answering::{said, say_within, unsay};
use crate::inject::in_flight::any_in_flight;
use crate::inject::question::Waiting;
use crate::report::{by_timeout, nothing, IsQuiet, QuietError, QuietTypes};
use crate::yieldable::forward_error;
use crate::yieldable::join::joinable;
use crate::{Result, Yieldable};

/// Sets a deadline for a yieldable: a `Duration` from the first poll, or an `Instant`.
///
/// Nothing runs before the first poll, so the time of a `Duration` begins there, too. A yieldable
/// that is ready at once reads no clock and needs no timer. On a loop with a real clock the time
/// begins when the turn of that poll ends, so that one look at the clock serves all timeouts of the
/// turn. A timeout is never early.
///
/// If the yieldable is ready when the deadline is noticed, the yield gives its result. Otherwise
/// the yieldable is dropped, and the yield fails with a [`TimeoutError`](crate::TimeoutError). The
/// task of a [`JoinHandle`](crate::JoinHandle) goes on. If it fails later, the error is logged as a
/// failure after the timeout (target `gen`, level `ERROR`), unless its type is
/// [quiet](WithTimeout::quiet).
///
/// The error says [where](crate::TimeoutError::waiting) the yieldable was waiting. The yieldable is
/// not polled once more for this: it is asked in the poll at the deadline. Only the children of a
/// group are polled besides their usual polls, to tell where they wait. They go on only if a future
/// gives them a result for which it has not woken them before.
///
/// Inside, at any depth and in the tasks that are spawned there, [`time_left`](crate::time_left)
/// tells how much of the time is left. [`with_deadline`] is for a deadline that comes from outside.
///
/// A deadline that has already passed is noticed in the next turn of a loop. On another executor
/// an `Instant` that has passed is noticed in the first poll, and a `Duration` of zero in the next
/// one. A deadline that is too late for an `Instant`, such as that of [`Duration::MAX`], never
/// comes.
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
/// The errors of the yieldable, [`TimeoutError`](crate::TimeoutError), and
/// [`NoHost`](crate::NoHost) if it has to wait where there is no timer.
///
/// # Cancellation
///
/// A cancellation goes to the yieldable. The yieldable is dropped at the deadline, or with the
/// yield. With [`cancel`](WithTimeout::cancel) it gets time to clean up first.
///
/// # Outside a coroutine
///
/// [`join`](WithTimeout::join) makes a future of it: `gen::with_timeout(..).join().await`.
#[doc(alias("timeout", "wait_for"))]
pub fn with_timeout<Y>(timeout: impl Into<Deadline>, yieldable: Y) -> WithTimeout<Y> {
    WithTimeout { yieldable, limit: TimeLimit::Unarmed(timeout.into()), line: (), quiet: PhantomData }
}

/// Sets a deadline, an `Instant`, for a yieldable and all that runs in it.
///
/// It is [`with_timeout`] of an `Instant`, for a deadline that is handed down, such as that of a
/// request. The [`TimeoutError`](crate::TimeoutError) says at which line the deadline [was
/// set](crate::TimeoutError::set_at).
///
/// Inside, at any depth and in the tasks that are spawned there, [`time_left`](crate::time_left)
/// tells how long it takes to the first of all deadlines around. A task that was spawned is not
/// dropped at the deadline: it looks by itself, or gives its own yields a deadline.
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn query() -> gen::Result<Duration> {
///     let half = gen::time_left().unwrap_or(Duration::MAX) / 2;
///     yield_!(gen::with_timeout(half, gen::sleep(Duration::from_secs(4))))?;
///     Ok(half)
/// }
///
/// #[gen::coroutine]
/// fn serve(received: std::time::Instant) -> gen::Result<Duration> {
///     yield_!(gen::with_deadline(received + Duration::from_secs(10), query()))
/// }
///
/// let clock = gen::VirtualClock::new();
/// let half = gen::IoLoop::with_clock(clock.clone()).run_sync(serve(clock.now()));
/// assert_eq!(half.unwrap(), Duration::from_secs(5));
/// ```
///
/// # Errors
///
/// Those of [`with_timeout`], whose docs say what happens at the deadline.
///
/// # Cancellation
///
/// A cancellation goes to the yieldable. The yieldable is dropped at the deadline, or with the
/// yield. With [`cancel`](WithTimeout::cancel) it gets time to clean up first.
///
/// # Outside a coroutine
///
/// [`join`](WithTimeout::join) makes a future of it: `gen::with_deadline(..).join().await`.
#[track_caller]
pub fn with_deadline<Y>(deadline: Instant, yieldable: Y) -> WithTimeout<Y, (), SetAt> {
    WithTimeout {
        yieldable,
        limit: TimeLimit::Unarmed(deadline.into()),
        line: SetAt(Location::caller()),
        quiet: PhantomData,
    }
}

/// A yieldable with a deadline: made by [`with_timeout`] and [`with_deadline`].
#[derive(Debug)]
#[must_use = "nothing runs until it is yielded"]
pub struct WithTimeout<Y, Q = (), L = ()> {
    yieldable: Y,
    limit: TimeLimit,
    line: L,
    /// The types of the errors that are not logged after the deadline.
    quiet: PhantomData<fn() -> Q>,
}

/// The line at which a deadline was set: the parameter `L` of [`WithTimeout`], if
/// [`with_deadline`] has made it.
#[derive(Debug, Clone, Copy)]
pub struct SetAt(&'static Location<'static>);

/// The line of a deadline, if it is kept.
pub trait Line: Copy {
    #[doc(hidden)]
    fn set_at(self) -> Option<&'static Location<'static>>;
}

impl Line for () {
    #[inline]
    fn set_at(self) -> Option<&'static Location<'static>> {
        None
    }
}

impl Line for SetAt {
    #[inline]
    fn set_at(self) -> Option<&'static Location<'static>> {
        Some(self.0)
    }
}

impl<Y, Q, L> WithTimeout<Y, Q, L> {
    pub(super) fn into_parts(self) -> (Y, TimeLimit, L) {
        (self.yieldable, self.limit, self.line)
    }

    /// Does not log the error of a task that fails after the deadline, if its type is `E`.
    ///
    /// Call it again for another type; `quiet::<gen::Error>()` means every error. Errors before the
    /// deadline are raised as usual.
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
    ///     // `late` fails meanwhile, and nothing is logged.
    ///     yield_!(gen::sleep(Duration::from_secs(2)))
    /// }
    /// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(impatient()).unwrap();
    /// ```
    pub fn quiet<E>(self) -> WithTimeout<Y, (E, Q), L>
    where
        E: QuietError,
    {
        let WithTimeout { yieldable, limit, line, .. } = self;
        WithTimeout { yieldable, limit, line, quiet: PhantomData }
    }
}

/// The kind of a [`with_timeout`] whose child has the kind `M`.
#[derive(Debug)]
pub struct TimedOut<M>(PhantomData<M>);

impl<Y, Q, L, M, Mode, K> Yieldable<TimedOut<M>, Mode, K> for WithTimeout<Y, Q, L>
where
    Y: Yieldable<M, Mode, K>,
    Q: QuietTypes,
    L: Line,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Timed<Y::Pending, L>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        let WithTimeout { yieldable, limit, line, .. } = self;
        Timed { child: Some(yieldable.into_pending(frame)), limit, is_quiet: Q::include, line }
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::with_timeout(..).join().await`.
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
    /// The errors of the yieldable, and [`TimeoutError`](crate::TimeoutError). Their trace does not
    /// name this future, because only a `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// The yieldable is dropped at the deadline, or with the future.
    [Y, Q, L] WithTimeout<Y, Q, L>
}

forward_error!([Q L] WithTimeout<Y, Q, L>: TimedOut<M>);

/// The future with this deadline, if there is one. `after` is the time from the call to the
/// deadline.
pub(crate) fn limited_until<P>(deadline: Option<Instant>, after: Duration, child: P) -> Timed<P> {
    Timed { child: Some(child), limit: TimeLimit::until(deadline, after), is_quiet: nothing, line: () }
}

pin_project! {
    /// The pending future of [`with_timeout`].
    #[derive(Debug)]
    pub struct Timed<P, L = ()> {
        // Dropped when it is ready, and at the deadline.
        #[pin]
        child: Option<P>,
        limit: TimeLimit,
        // Whether an error that comes after the deadline is not logged.
        is_quiet: IsQuiet,
        line: L,
    }
}

impl<P, L, T> Timed<P, L>
where
    P: Future<Output = Result<T>>,
    L: Line,
{
    /// The usual poll.
    #[inline]
    fn poll_child(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut this = self.project();
        if let Some(child) = this.child.as_mut().as_pin_mut() {
            if let Poll::Ready(result) = within(&*this.limit, || child.poll(cx)) {
                return Poll::Ready(result);
            }
        }
        match this.limit.poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(over) => {
                Poll::Ready(Err(give_up(this.child, this.limit, *this.is_quiet, *this.line, over, None)))
            }
        }
    }

    /// The poll while something is in flight, or if the limit may be over.
    #[cold]
    fn poll_looking(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let mut this = self.project();
        let (said, mut waiting) = (said(cx.waker()), None);
        if let Some(child) = this.child.as_mut().as_pin_mut() {
            let limit = &*this.limit;
            let (polled, asked) = within(limit, || poll_or_ask(child, limit, cx));
            if polled.is_ready() {
                return polled;
            }
            waiting = asked;
        }
        match this.limit.poll(cx) {
            Poll::Pending => {
                say_within(this.child.as_ref().get_ref(), cx.waker(), || this.limit.left());
                Poll::Pending
            }
            Poll::Ready(over) => {
                let answered = unsay(cx.waker(), said, type_name::<P>());
                let waiting = waiting.or(answered);
                Poll::Ready(Err(give_up(this.child, this.limit, *this.is_quiet, *this.line, over, waiting)))
            }
        }
    }
}

/// Drops the child, because the limit is over or has no timer.
#[cold]
fn give_up<P>(
    mut child: Pin<&mut Option<P>>,
    limit: &TimeLimit,
    is_quiet: IsQuiet,
    line: impl Line,
    over: Result<()>,
    waiting: Option<Box<Waiting>>,
) -> Error {
    if let Err(no_timer) = over {
        child.set(None);
        return no_timer;
    }
    by_timeout(is_quiet, || child.set(None));
    timeout_error(limit.after(), line.set_at(), waiting)
}

impl<P, L, T> Future for Timed<P, L>
where
    P: Future<Output = Result<T>>,
    L: Line,
{
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let polled = if any_in_flight() || self.limit.may_be_over() {
            self.as_mut().poll_looking(cx)
        } else {
            self.as_mut().poll_child(cx)
        };
        if polled.is_ready() {
            let mut this = self.project();
            this.child.set(None);
            this.limit.disarm();
        }
        polled
    }
}
