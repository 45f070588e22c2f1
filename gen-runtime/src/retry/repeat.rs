//! [`repeat`]: again and again, while it succeeds.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::tries::{Retried, Tries};
use crate::coroutine::{Frame, FrameKind};
use crate::opaque::opaque_debug;
use crate::yieldable::join::joinable;
use crate::yieldable::HasError;
use crate::{Result, Yieldable};

/// Does something again and again, until the schedule ends or it fails.
///
/// `make` makes the yieldable of each time. `schedule` gives the waits between the end of one time
/// and the begin of the next, as for [`retry`](crate::retry). The result is the last value. To do
/// something at equal distances, whatever it takes, use [`every`](crate::every).
///
/// ```
/// use std::time::Duration;
///
/// let mut number = 0;
/// let refresh = || {
///     number += 1;
///     std::future::ready(Ok::<_, gen::Error>(number))
/// };
/// let clock = gen::VirtualClock::new();
/// let began = clock.now();
/// let io_loop = gen::IoLoop::with_clock(clock.clone());
/// let schedule = [Duration::from_secs(10); 3];
/// let last = io_loop.run_sync(gen::repeat(schedule, refresh).join());
/// assert_eq!(last.unwrap(), 4);
/// assert_eq!((clock.now() - began).as_secs(), 30);
/// ```
///
/// # Errors
///
/// The error of the first time that fails: wrap a [`retry`](crate::retry) where failures are to be
/// survived. [`NoHost`](crate::NoHost) if it has to wait where there is no timer.
///
/// # Panics
///
/// A panic of a yieldable, or of `make`, is a panic of the yield.
///
/// # Cancellation
///
/// A cancellation goes to the yieldable that is running, which may clean up. Its end is the
/// result, and nothing is repeated. In a wait the yield fails with the cancellation. Dropping
/// the yield drops the yieldable.
///
/// # Outside a coroutine
///
/// [`join`](Repeat::join) makes a future of it: `gen::repeat(..).join().await`.
pub fn repeat<S, F>(schedule: S, make: F) -> Repeat<S, F> {
    Repeat { schedule, make }
}

/// A yieldable that is repeated while it succeeds: made by [`repeat`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Repeat<S, F> {
    schedule: S,
    make: F,
}

impl<S, F, Y, M, Mode, K> Yieldable<Retried<M>, Mode, K> for Repeat<S, F>
where
    S: IntoIterator<Item = Duration>,
    F: FnMut() -> Y,
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Repeating<S::IntoIter, F, Y::Pending, (M, Mode)>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        Repeating { schedule: self.schedule.into_iter(), tries: Tries::new(self.make) }
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::repeat(..).join().await`.
    ///
    /// # Errors
    ///
    /// The same as those of the yield. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the yieldable that is running.
    [S, F] Repeat<S, F>
}

impl<S, F, Y, M> HasError<Retried<M>> for Repeat<S, F>
where
    S: IntoIterator<Item = Duration>,
    F: FnMut() -> Y,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = Y::Value;
}

pin_project! {
    /// The pending future of a [`repeat`].
    pub struct Repeating<I, F, P, Kinds> {
        schedule: I,
        #[pin]
        tries: Tries<F, P, Kinds>,
    }
}

impl<I, F, Y, M, Mode> Future for Repeating<I, F, Y::Pending, (M, Mode)>
where
    I: Iterator<Item = Duration>,
    F: FnMut() -> Y,
    Y: Yieldable<M, Mode>,
{
    type Output = Result<Y::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let value = ready!(this.tries.as_mut().poll(cx))??;
            let wait = if this.tries.may_go_on() { this.schedule.next() } else { None };
            match wait {
                Some(wait) => this.tries.as_mut().wait(wait),
                None => return Poll::Ready(Ok(value)),
            }
        }
    }
}

opaque_debug!([I, F, P, Kinds] Repeating<I, F, P, Kinds>);
