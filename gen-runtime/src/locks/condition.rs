//! [`Condition`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::inject::answering::say;
use crate::inject::question::WaitsFor;
use crate::waiter::{poll_place, LineWaiter, Place, Removed, StageLock, WaitList, Wakers};

/// Tasks wait here until another one tells them that something has changed.
///
/// As in Tornado, it needs no lock. A task is in line from the call of [`wait`](Self::wait) on, and
/// not only from the first poll. So a task that calls `wait` before it looks at what it waits for
/// misses no change, also where others run on other threads:
///
/// ```
/// use gen::sync::Condition;
/// use gen::yield_;
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::sync::Arc;
///
/// #[gen::coroutine]
/// fn consumer(shared: Arc<(AtomicU32, Condition)>) -> gen::Result<u32> {
///     loop {
///         let changed = shared.1.wait();
///         match shared.0.swap(0, Ordering::Relaxed) {
///             0 => yield_!(changed)?,
///             value => return Ok(value),
///         }
///     }
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<u32> {
///     let shared = Arc::new((AtomicU32::new(0), Condition::new()));
///     let consumer = gen::spawn(consumer(shared.clone()));
///     shared.0.store(7, Ordering::Relaxed);
///     shared.1.notify_one();
///     yield_!(consumer)
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), 7);
/// ```
///
/// A notification is not kept: if no task is in line, it does nothing. For a flag that stays, use
/// an [`Event`](crate::sync::Event).
#[derive(Default)]
#[doc(alias("Condvar", "Notify"))]
pub struct Condition(StageLock<WaitList<(), Notified>>);

/// How a task was notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notified {
    /// With so many others as were asked for. If it is dropped, another one is notified.
    OneOfSome,
    /// With all others.
    All,
}

impl Condition {
    /// A condition for which no task waits.
    #[must_use]
    pub fn new() -> Self {
        Condition::default()
    }

    /// Enters the line now, and waits until it is notified. The wait cannot fail.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the line. If it was notified already, but not polled since, the
    /// next one in line is notified instead, except by [`notify_all`](Self::notify_all), which has
    /// notified that one already.
    pub fn wait(&self) -> ConditionWait<'_> {
        ConditionWait {
            condition: self,
            place: Some(self.0.with(|_, line| line.push((), LineWaiter::default()))),
        }
    }

    /// Notifies the first tasks in line, at most `count`.
    pub fn notify(&self, count: usize) {
        let wakers = self.0.with(|_, line| {
            let mut wakers = Wakers::default();
            let granted = std::iter::from_fn(|| line.grant_first(|()| Notified::OneOfSome));
            granted.take(count).for_each(|waiter| wakers.push(waiter));
            wakers
        });
        wakers.wake();
    }

    /// Notifies the first task in line.
    pub fn notify_one(&self) {
        self.notify(1);
    }

    /// Notifies all tasks in line, in their order.
    pub fn notify_all(&self) {
        let wakers = self.0.with(|_, line| line.grant_all(|()| Notified::All));
        wakers.wake();
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.0.with(|_, line| line.len());
        f.debug_struct("Condition").field("waiting", &waiting).finish_non_exhaustive()
    }
}

/// The future of [`Condition::wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct ConditionWait<'a> {
    condition: &'a Condition,
    /// `None` when it is over.
    place: Option<Place>,
}

impl Future for ConditionWait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(place) = self.place else { return Poll::Ready(()) };
        if poll_place(&self.condition.0, |line| line, place, cx.waker(), |_, _| {}).is_pending() {
            say(&*self, cx.waker(), 1, |_| WaitsFor::Condition);
            return Poll::Pending;
        }
        self.place = None;
        Poll::Ready(())
    }
}

impl Drop for ConditionWait<'_> {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let removed = self.condition.0.with(|_, line| line.remove(place));
        if let Some(Removed::Granted(Notified::OneOfSome)) = removed {
            self.condition.notify_one();
        }
    }
}
