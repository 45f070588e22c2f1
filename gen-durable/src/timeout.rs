//! [`with_timeout`]: a deadline that is in the journal.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use gen::{Frame, FrameKind, Yieldable};

use crate::journal::What;
use crate::sleep::{millis, Sleep};

/// Limits the time of a yieldable by a deadline that is in the journal.
///
/// As the deadline of a [`sleep`](fn@crate::sleep), it is a time of the day. It is in the journal
/// before anything of the yieldable is, so a process that dies in between does not prolong it.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{sleep, step, with_timeout, MemoryJournal, Records};
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn approval() -> gen::Result<&'static str> {
///     let days = |days: u64| Duration::from_secs(days * 86_400);
///     // A list, a map, a coroutine: all that can be yielded.
///     match yield_!(with_timeout(days(3), vec![sleep(days(1)), sleep(days(30))])) {
///         Ok(_) => Ok("approved"),
///         Err(error) if error.is::<gen::TimeoutError>() => {
///             yield_!(step("undo", || async { Ok("undone".to_owned()) }))?;
///             Ok("too late")
///         }
///         Err(error) => Err(error),
///     }
/// }
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// let run = gen_durable::run(approval(), MemoryJournal::new(&Records::new()));
/// assert_eq!(io_loop.run_sync(run).unwrap(), "too late");
/// ```
///
/// The time counts from the first poll, rounded up to milliseconds. A result that comes in the same
/// poll as the deadline wins.
///
/// # Errors
///
/// [`TimeoutError`](gen::TimeoutError) at the deadline, the errors of the yieldable, and those of a
/// [`sleep`](fn@crate::sleep).
///
/// # Cancellation
///
/// The yieldable is dropped at the deadline. A cancellation of the coroutine goes to the yieldable.
#[track_caller]
pub fn with_timeout<Y>(duration: Duration, yieldable: Y) -> WithTimeout<Y> {
    let deadline = Sleep::new(What::Timeout(millis(duration)), duration);
    WithTimeout { deadline, duration, yieldable }
}

/// A yieldable with a deadline: made by [`with_timeout`].
#[derive(Debug)]
#[must_use = "nothing runs until it is yielded"]
pub struct WithTimeout<Y> {
    deadline: Sleep,
    duration: Duration,
    yieldable: Y,
}

/// The kind of a [`WithTimeout`] around a yieldable of the kind `M`.
#[derive(Debug)]
pub struct TimedOut<M>(PhantomData<M>);

impl<Y, M, Mode, K> Yieldable<TimedOut<M>, Mode, K> for WithTimeout<Y>
where
    Y: Yieldable<M, Mode, K>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Limited<Y::Pending>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        // One box a timeout, so that nothing here needs `unsafe`.
        let child = Some(Box::pin(self.yieldable.into_pending(frame)));
        Limited { child, deadline: self.deadline, duration: self.duration }
    }
}

/// The pending future of a [`WithTimeout`].
#[derive(Debug)]
pub struct Limited<P> {
    /// Dropped at the deadline.
    child: Option<Pin<Box<P>>>,
    deadline: Sleep,
    duration: Duration,
}

impl<P, T> Future for Limited<P>
where
    P: Future<Output = gen::Result<T>>,
{
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        self.deadline.begin(cx);
        let Some(child) = &mut self.child else { return Poll::Pending };
        let mut polled = child.as_mut().poll(cx);
        if polled.is_pending() {
            gen::drive::say_boxed(&*child, &**child, cx);
            let passed = match self.deadline.poll_silently(cx) {
                Poll::Ready(passed) => passed,
                Poll::Pending => {
                    self.deadline.say(cx, "a durable timeout");
                    return Poll::Pending;
                }
            };
            let timeout = gen::drive::timeout_error(self.duration);
            polled = Poll::Ready(passed.and(Err(timeout)));
        }
        self.child = None;
        polled
    }
}
