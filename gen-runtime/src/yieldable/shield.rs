//! `gen::shield`, which defers a cancellation.
//!
//! | event | nothing in flight | an error in flight | a cancellation in flight |
//! |---|---|---|---|
//! | the child stays pending | pending | the innermost yield of the child takes it, or else the yield of the shield | deferred to the next poll |
//! | the child is ready | ready | ready | ready; the next yield takes the cancellation |
//! | the shield is dropped during a poll in which it has deferred a cancellation | | | no longer deferred: the code that drops the shield may take it |

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::has_error::forward_error;
use super::join::joinable;
use crate::coroutine::{Frame, FrameKind};
use crate::inject::{in_flight, Deferral};
use crate::{Result, Yieldable};

/// Protects a yieldable from cancellation: a cancellation is deferred to the next yield.
///
/// Use it where the body must not stop half-way, such as in a clean-up. Only cancellations are
/// deferred. Errors that are thrown still arrive, by
/// [`JoinHandle::throw`](crate::JoinHandle::throw) or because a callback has failed. And a shield
/// can be dropped: a [timeout](crate::WithTimeout::cancel) whose grace period has ended does not
/// wait for it.
///
/// ```
/// use gen::yield_;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn commit() -> gen::Result<&'static str> {
///     // The commit is not interrupted.
///     yield_!(gen::shield(gen::sleep(Duration::from_secs(5))))?;
///     match yield_!(gen::sleep(Duration::from_secs(3600))) {
///         Err(error) if error.is::<gen::Cancelled>() => Ok("cancelled afterwards"),
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
/// assert_eq!(outcome, "cancelled afterwards");
/// assert_eq!((clock.now() - began).as_secs(), 5);
/// ```
///
/// # Errors
///
/// The errors of the yieldable.
///
/// # Cancellation
///
/// The cancellation arrives at the next yield. If there are several, the first one arrives.
///
/// # Outside a coroutine
///
/// [`join`](Shield::join) makes a future of it: `gen::shield(..).join().await`.
#[doc(alias("uncancelled", "protect"))]
pub fn shield<Y>(yieldable: Y) -> Shield<Y> {
    Shield { yieldable }
}

/// A yieldable that is protected from cancellation: made by [`shield`](fn@shield).
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Shield<Y> {
    yieldable: Y,
}

/// The kind of a [`shield`](fn@shield) whose yieldable has the kind `M`.
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
        Protected { child: self.yieldable.into_pending(frame), deferral: Deferral::default() }
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::shield(..).join().await`.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// async fn commit() -> gen::Result<&'static str> {
    ///     // The commit is not interrupted.
    ///     gen::shield(gen::sleep(Duration::from_secs(5))).join().await?;
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
    /// The errors of the yieldable. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Cancellations are deferred. Dropping the future drops the yieldable.
    [Y] Shield<Y>
}

forward_error!([] Shield<Y>: Shielded<M>);

pin_project! {
    /// The pending future of a [`shield`](fn@shield).
    #[derive(Debug)]
    pub struct Protected<P> {
        #[pin]
        child: P,
        deferral: Deferral,
    }
}

impl<P, T> Future for Protected<P>
where
    P: Future<Output = Result<T>>,
{
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.project();
        if !in_flight::any_in_flight() || !this.deferral.defer(cx.waker()) {
            return this.child.poll(cx);
        }
        let polled = in_flight::without_injected(|| this.child.poll(cx));
        if polled.is_ready() {
            this.deferral.undefer();
        }
        polled
    }
}
