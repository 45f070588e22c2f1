//! [`Barrier`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::inject::answering::say;
use crate::inject::question::WaitsFor;
use crate::waiter::{poll_place, LineWaiter, Place, StageLock, WaitList};

/// Tasks wait for each other here: all go on when the last one has come. Then the barrier is as
/// new.
///
/// It works on any executor, and across threads.
///
/// ```
/// use gen::sync::Barrier;
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn phase(barrier: &Barrier) -> gen::Result<bool> {
///     let result = yield_!(barrier.wait())?;
///     Ok(result.is_leader())
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result<Vec<bool>> {
///     let barrier = Barrier::new(3);
///     yield_!((0..3).map(|_| phase(&barrier)).collect::<Vec<_>>())
/// }
/// assert_eq!(gen::run_sync(body()).unwrap(), [false, false, true]);
/// ```
pub struct Barrier {
    count: usize,
    line: StageLock<WaitList<(), ()>>,
}

impl Barrier {
    /// A barrier for so many tasks. For none it is as for one.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Barrier { count: count.max(1), line: StageLock::default() }
    }

    /// Comes to the barrier in its first poll, and waits for the others. The wait cannot fail.
    ///
    /// # Cancellation
    ///
    /// Dropping the future before the last task has come takes it away from the barrier, which then
    /// waits for another one in its place.
    pub fn wait(&self) -> BarrierWait<'_> {
        BarrierWait { barrier: self, stage: Stage::New }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrived = self.line.with(|_, line| line.len());
        f.debug_struct("Barrier").field("count", &self.count).field("arrived", &arrived).finish()
    }
}

/// The output of [`Barrier::wait`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarrierWaitResult {
    is_leader: bool,
}

impl BarrierWaitResult {
    /// Whether this task was the last one to come. So it is true for one of them.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.is_leader
    }
}

/// The future of [`Barrier::wait`].
#[derive(Debug)]
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct BarrierWait<'a> {
    barrier: &'a Barrier,
    stage: Stage,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    New,
    InLine(Place),
    Over,
}

impl Future for BarrierWait<'_> {
    type Output = BarrierWaitResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<BarrierWaitResult> {
        let polled = match self.stage {
            Stage::New => self.arrive(LineWaiter::from(cx.waker())),
            Stage::InLine(place) => {
                poll_place(&self.barrier.line, |line| line, place, cx.waker(), |_, ()| {})
                    .map(|()| BarrierWaitResult { is_leader: false })
            }
            Stage::Over => panic!("a barrier was polled after it was passed"),
        };
        match polled {
            Poll::Ready(_) => self.stage = Stage::Over,
            Poll::Pending => say(&*self, cx.waker(), 1, |_| self.waits_for()),
        }
        polled
    }
}

impl BarrierWait<'_> {
    fn arrive(&mut self, waiter: LineWaiter) -> Poll<BarrierWaitResult> {
        let Barrier { count, line } = self.barrier;
        let arrived = line.with(|_, line| match line.len() + 1 < *count {
            true => Ok(line.push((), waiter)),
            false => Err((line.grant_all(|()| ()), waiter)),
        });
        match arrived {
            Ok(place) => {
                self.stage = Stage::InLine(place);
                Poll::Pending
            }
            Err((wakers, _waiter)) => {
                wakers.wake();
                Poll::Ready(BarrierWaitResult { is_leader: true })
            }
        }
    }

    #[cold]
    fn waits_for(&self) -> WaitsFor {
        WaitsFor::Barrier { arrived: self.barrier.line.with(|_, line| line.len()), count: self.barrier.count }
    }
}

impl Drop for BarrierWait<'_> {
    fn drop(&mut self) {
        if let Stage::InLine(place) = self.stage {
            let removed = self.barrier.line.with(|_, line| line.remove(place));
            drop(removed);
        }
    }
}
