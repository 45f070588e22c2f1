//! [`BenchLoop`]: the loop of one run, with a virtual clock.

use std::rc::Rc;
use std::time::Instant;

use crate::executor::{current, Core, SteeredEnd, Steering, VirtualClock};

/// A loop of its own. Its drop drops what is left on the loop.
pub(super) struct BenchLoop {
    pub(super) core: Rc<Core>,
    pub(super) clock: VirtualClock,
}

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
    pub(super) fn new() -> Self {
        let clock = VirtualClock::new();
        BenchLoop { core: Core::new(Box::new(clock.clone()), false), clock }
    }

    /// Runs turns until the steering has enough, nothing can go on, or the next timer is due after
    /// `until`.
    pub(super) fn run(&self, steering: &dyn Steering, until: Option<Instant>) -> SteeredEnd {
        self.within(|| self.core.run_steered(steering, until))
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
