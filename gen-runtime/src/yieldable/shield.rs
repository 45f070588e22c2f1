//! `gen::shield`: what a cancellation waits for.
//!
//! | polled | nothing in flight | an error in flight | a cancellation in flight |
//! |---|---|---|---|
//! | the child stays pending | pending | the child's innermost yield takes it, else the shield's | held: the lender keeps it for the next poll |
//! | the child is ready | ready | ready | ready, and the next yield takes it |
//! | the shield is dropped in the middle of a poll in which it held something | | | let go: who dropped it may take it |

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::join::joinable;
use super::HasError;
use crate::coroutine::{Frame, FrameKind};
use crate::inject::{in_flight, Deferral};
use crate::{Result, Yieldable};

/// Yields something that is not cancelled: a cancellation waits until it is over, and arrives at the next yield.
///
/// It is for what must not stop half-way, such as the clean-up itself. Thrown errors ([`JoinHandle::throw`](crate::JoinHandle::throw), a callback that fails) get through, and
/// dropping drops: a [timeout](crate::WithTimeout::cancel) whose grace period ends does not wait for a shield.
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn commit() -> gen::Result<&'static str> {
///     yield_!(gen::shield(gen::sleep(Duration::from_secs(5))))?; // not half a commit
///     match yield_!(gen::sleep(Duration::from_secs(3600))) {
///         Err(error) if error.is::<gen::Cancelled>() => Ok("committed, then cancelled"),
///         other => other.map(|()| "not cancelled"),
///     }
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<&'static str> {
///     let task = gen::spawn(commit());
///     yield_!(task.cancel("hurry"))?;
///     yield_!(task)
/// }
/// let clock = gen::VirtualClock::new();
/// let began = clock.now();
/// let outcome = gen::IoLoop::with_clock(clock.clone()).run_sync(body()).unwrap();
/// assert_eq!(outcome, "committed, then cancelled");
/// assert_eq!((clock.now() - began).as_secs(), 5);
/// ```
///
/// # Errors
///
/// Those of what is yielded.
///
/// # Cancellation
///
/// See above. Of requests that come while one is waiting, the first is told.
///
/// # Outside a coroutine
///
/// [`join`](Shield::join) makes a future of it: `gen::shield(..).join().await`.
#[doc(alias("uncancelled", "protect"))]
pub fn shield<Y>(yieldable: Y) -> Shield<Y> {
    Shield { yieldable }
}

/// Something to yield that is not cancelled: made by [`shield`](fn@shield).
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Shield<Y> {
    yieldable: Y,
}

/// Marks [`shield`](fn@shield) of an `M`.
#[derive(Debug)]
pub struct Shielded<M>(PhantomData<M>);

impl<Y, M, Mode, K> Yieldable<Shielded<M>, Mode, K> for Shield<Y>
where
    Y: Yieldable<M, Mode, K>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Protected<Y::Pending>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        Protected { child: self.yieldable.into_pending(frame), hold: Deferral::default() }
    }
}

joinable! {
    /// The future that is not cancelled, for use outside a coroutine: `gen::shield(..).join().await`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// async fn commit() -> gen::Result<&'static str> {
    ///     gen::shield(gen::sleep(Duration::from_secs(5))).join().await?; // not half a commit
    ///     Ok("committed")
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<&'static str> {
    ///     let task = gen::spawn(commit());
    ///     gen::yield_!(task.cancel("hurry"))?;
    ///     gen::yield_!(task)
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(body()).unwrap(), "committed");
    /// ```
    ///
    /// # Errors
    ///
    /// As of the yield. The trace of an error has no place for it, since only a `yield_!` is a place.
    ///
    /// # Cancellation
    ///
    /// As of the yield: it is not cancelled, and what is dropped is dropped.
    [Y] Shield<Y>
}

impl<Y: HasError<M>, M> HasError<Shielded<M>> for Shield<Y> {
    type Err = Y::Err;
    type Value = Y::Value;
}

pin_project! {
    /// What a coroutine waits for that yielded a [`shield`](fn@shield).
    #[derive(Debug)]
    pub struct Protected<P> {
        #[pin]
        child: P,
        hold: Deferral,
    }
}

impl<P, T> Future for Protected<P>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        if !in_flight::any_in_flight() || !this.hold.defer(cx.waker()) {
            return this.child.poll(cx);
        }
        let polled = in_flight::without_injected(|| this.child.poll(cx));
        if polled.is_ready() {
            this.hold.undefer();
        }
        polled
    }
}
