//! The end of a task, as whoever has cancelled it waits for it.
//!
//! | stage | the signal is dropped | polled |
//! |---|---|---|
//! | running | ended; the waiter is woken | pending; the latest waker is kept |
//! | ended | | ready |
//!
//! The signal is wherever the task is: in a message to its loop, then in its node. It is dropped when the task has ended, when its loop goes, and when the message
//! cannot be delivered, because the task had ended before. Signals that nobody waits for any more do not pile up there: see [`EndSignals`].
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::cancel::Cancellation;
use crate::io_loop::current::cut_short;
use crate::io_loop::{contain, TaskId};
use crate::sync::{lock, Mutex};

/// Waits until a task, or a child of a scope, that is being cancelled has ended: made by [`JoinHandle::cancel`](crate::JoinHandle::cancel) and
/// [`ScopeHandle::cancel`](crate::ScopeHandle::cancel).
///
/// Dropping it does not take the request back, nor its [`grace`](Self::grace).
pub struct Cancelling {
    /// None if it had ended before.
    target: Option<Target>,
}

struct Target {
    ending: Arc<Ending>,
    request: Cancellation,
    whom: Whom,
}

/// Who is cancelled.
pub(crate) enum Whom {
    Task(TaskId),
    /// A child of a scope.
    Child(Arc<dyn CutShort>, u64),
}

/// What can drop a child of its own before the end of that.
pub(crate) trait CutShort: Send + Sync {
    /// Drops the child when `grace` has passed, if it has not ended by then. Its result is that it was cancelled.
    fn cut_short(&self, child: u64, grace: Duration, request: Cancellation);
}

/// Its drop says that the task has ended.
pub(crate) struct EndSignal {
    ending: Arc<Ending>,
}

impl EndSignal {
    /// Whether anybody can wait for it.
    fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.ending) > 1
    }
}

/// The signals of all who wait for one end.
#[derive(Default)]
pub(crate) struct EndSignals {
    pub(super) signals: Vec<EndSignal>,
    /// With so many, those that nobody waits for any more are looked for.
    limit: usize,
}

impl From<Option<EndSignal>> for EndSignals {
    fn from(signal: Option<EndSignal>) -> Self {
        EndSignals { signals: signal.into_iter().collect(), limit: 0 }
    }
}

impl EndSignals {
    /// Adds one. Whoever cancels again and again and does not wait is not to fill the memory: so those that nobody waits for go, from time to time.
    ///
    /// Nothing of a user is run or dropped by it, since who does not wait any more has taken his waker with him.
    pub(crate) fn push(&mut self, signal: EndSignal) {
        const FEW: usize = 8;
        if self.signals.len() >= self.limit.max(FEW) {
            self.signals.retain(EndSignal::is_awaited);
            self.limit = 2 * self.signals.len();
        }
        self.signals.push(signal);
    }

    pub(crate) fn append(&mut self, more: EndSignals) {
        more.signals.into_iter().for_each(|signal| self.push(signal));
    }
}

struct Ending {
    stage: Mutex<Stage>,
}

enum Stage {
    Running(Option<Waker>),
    Ended,
}

impl Cancelling {
    /// Of a task that has ended.
    pub(crate) fn ended() -> Self {
        Cancelling { target: None }
    }

    pub(crate) fn new(request: &Cancellation, whom: Whom) -> (EndSignal, Self) {
        let ending = Arc::new(Ending { stage: Mutex::new(Stage::Running(None)) });
        let signal = EndSignal { ending: Arc::clone(&ending) };
        (signal, Cancelling { target: Some(Target { ending, request: request.clone(), whom }) })
    }

    /// Drops what is cancelled when `grace` has passed, if it has not ended by then: its clean-up hangs, or it has [swallowed](crate::Cancelled#swallowed) the cancellation.
    ///
    /// The time counts from now, on the clock of the task's loop, and goes on whether or not this is waited for. The result is `Err(Cancelled)` then, without a
    /// [site](crate::Cancelled::site). A [shield](fn@crate::shield) does not keep it. Of several such times, also of several requests, the one that ends first counts.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::time::Duration;
    ///
    /// #[gen::coroutine]
    /// fn reconnects() -> gen::Result {
    ///     loop {
    ///         if yield_!(gen::sleep(Duration::from_secs(3600))).is_err() {
    ///             continue; // whatever it is
    ///         }
    ///     }
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<bool> {
    ///     let task = gen::spawn(reconnects());
    ///     yield_!(task.cancel("the program ends").grace(Duration::from_secs(5)))?;
    ///     Ok(yield_!(task).unwrap_err().is_cancelled())
    /// }
    /// let clock = gen::VirtualClock::new();
    /// let began = clock.now();
    /// assert!(gen::IoLoop::with_clock(clock.clone()).run_sync(body()).unwrap());
    /// assert_eq!((clock.now() - began).as_secs(), 5);
    /// ```
    ///
    /// # Errors
    ///
    /// A child of a scope that is polled where no loop runs, and so no time passes, is dropped at once, and has failed with [`NoLoop`](crate::NoLoop).
    pub fn grace(self, grace: Duration) -> Self {
        if let Some(Target { request, whom, .. }) = &self.target {
            match whom {
                Whom::Task(task) => cut_short(*task, grace, request.clone()),
                Whom::Child(scope, child) => scope.cut_short(*child, grace, request.clone()),
            }
        }
        self
    }
}

impl Future for Cancelling {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(Target { ending, .. }) = &self.target else { return Poll::Ready(()) };
        // Cloned, and the old one dropped, outside of the lock: both may run anybody's code.
        let waker = cx.waker().clone();
        let before = match &mut *lock(&ending.stage) {
            Stage::Ended => return Poll::Ready(()),
            Stage::Running(waiter) => waiter.replace(waker),
        };
        drop(before);
        Poll::Pending
    }
}

/// Nobody waits any more: the waker goes.
impl Drop for Cancelling {
    fn drop(&mut self) {
        let Some(Target { ending, .. }) = &self.target else { return };
        let waiter = match &mut *lock(&ending.stage) {
            Stage::Running(waiter) => waiter.take(),
            Stage::Ended => None,
        };
        drop(waiter);
    }
}

impl Drop for EndSignal {
    fn drop(&mut self) {
        let before = mem::replace(&mut *lock(&self.ending.stage), Stage::Ended);
        if let Stage::Running(Some(waiter)) = before {
            contain("a waker", || waiter.wake());
        }
    }
}

impl fmt::Debug for Cancelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancelling").finish_non_exhaustive()
    }
}
