//! [`BenchLoop`]: the loop of one run, with a virtual clock.
//!
//! The code that steers the run decides which task is polled next: see `executor/steered.rs`.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::suspension::WaitsFor;
use crate::executor::{current, Core, RootInSlot, SteeredEnd, Steering, TaskId, VirtualClock};

/// A loop of its own. Its drop closes the loop, and so drops the tasks and callbacks that are left
/// on it.
pub(super) struct BenchLoop {
    pub(super) core: Rc<Core>,
    /// The clock of the loop, to read and to move it.
    pub(super) clock: VirtualClock,
}

/// Returns if a loop of ours may run here.
///
/// # Panics
///
/// If a loop is running on this thread: it would stand still.
#[track_caller]
pub(super) fn assert_allowed() {
    assert!(
        current::get().is_none(),
        "`gen::testing` runs a loop of its own, which cannot run inside of another one: \
         call it in a `#[test]`, not in a coroutine"
    );
}

impl BenchLoop {
    /// Makes a loop on which nothing runs yet.
    pub(super) fn new() -> Self {
        let clock = VirtualClock::new();
        BenchLoop { core: Core::new(Box::new(clock.clone()), false), clock }
    }

    /// Runs turns until the steering has enough, nothing can go on, or the next timer is due after
    /// `until`.
    pub(super) fn run(&self, steering: &dyn Steering, until: Option<Instant>) -> SteeredEnd {
        self.run_with(&mut None, steering, until)
    }

    /// As [`run`](Self::run), with a root, whose end ends the run, too.
    pub(super) fn run_with(
        &self,
        root: &mut RootInSlot<'_>,
        steering: &dyn Steering,
        until: Option<Instant>,
    ) -> SteeredEnd {
        self.within(|| self.core.run_steered(root, steering, until))
    }

    /// The time after so much time, or `None` if no `Instant` can hold it.
    pub(super) fn later(&self, by: Duration) -> Option<Instant> {
        self.clock.now().checked_add(by)
    }

    /// The event that a task waits for, as far as the loop knows.
    pub(super) fn waits_for(&self, task: TaskId) -> WaitsFor {
        if self.core.is_queued(task) {
            return WaitsFor::Turn;
        }
        let due = self.core.timer_of(task);
        due.map_or(WaitsFor::Event, |due| WaitsFor::Timer(due.saturating_duration_since(self.clock.now())))
    }

    /// Runs `work` with this loop as the current one.
    pub(super) fn within<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = current::enter(&self.core);
        work()
    }
}

impl Drop for BenchLoop {
    fn drop(&mut self) {
        self.core.close();
        crate::task::give_back_memory();
    }
}
