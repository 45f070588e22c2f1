//! The data of a loop, which its owner, its handles and the current-loop entry share.
//!
//! All of it belongs to one thread (`Rc`, cells), except for the inbox, which other threads use.
//! The cells are borrowed only for moments in which no code of a user runs: a value is taken out of
//! them first, and called, polled or dropped afterwards. `turn.rs` runs the loop.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::entered_runtime::EnteredRuntime;
use super::error_context::ErrorContext;
use super::ids::{LoopId, SlotId};
use super::inbox::Shared;
use super::registry;
use super::runnable::QueuedCallback;
use super::scheduler::Scheduler;
use super::step_places::SlowSteps;
use super::task_mark::TaskMark;
use super::timers::{Action, Timers};
use crate::bindings::Inherited;
use crate::error::Error;

pub(crate) struct Core {
    pub(super) id: LoopId,
    pub(super) shared: Arc<Shared>,
    pub(super) clock: Box<dyn Clock>,
    /// Whether its time is that of `Instant::now()`.
    pub(super) has_real_clock: bool,
    pub(super) scheduler: RefCell<Scheduler>,
    pub(super) timers: RefCell<Timers<Action>>,
    /// The number of turns that have begun.
    pub(super) turn_number: Cell<u64>,
    /// The first timer number of the current turn: timers with a smaller one are older.
    pub(super) turn_began_at: Cell<u64>,
    pub(super) closed: Cell<bool>,
    /// Whether a spawn may begin its task itself: the loop is not closed, and no steps are timed.
    pub(super) begins_plainly: Cell<bool>,
    /// The slot that is being polled: it is the current error context.
    pub(super) running: RunningSlot,
    pub(super) error_handler: RefCell<Option<ErrorHandler>>,
    pub(super) runtime: EnteredRuntime,
    pub(super) slow_steps: SlowSteps,
}

/// The slot that is being polled, if one is: its bits in one word, so that a poll moves one word.
pub(super) struct RunningSlot(Cell<u64>);

impl RunningSlot {
    const NONE: u64 = u64::MAX;

    pub(super) fn get(&self) -> Option<SlotId> {
        Some(self.0.get()).filter(|&bits| bits != Self::NONE).map(SlotId::from_bits)
    }

    /// Makes `slot` the one that is polled until the guard is dropped. The one before is restored
    /// then, because a first step runs in the middle of the step of another task.
    pub(super) fn enter(&self, slot: SlotId) -> EnteredSlot<'_> {
        EnteredSlot { running: self, before: self.0.replace(slot.to_bits()) }
    }
}

pub(super) struct EnteredSlot<'a> {
    running: &'a RunningSlot,
    before: u64,
}

impl Drop for EnteredSlot<'_> {
    #[inline]
    fn drop(&mut self) {
        self.running.0.set(self.before);
    }
}

impl Default for RunningSlot {
    fn default() -> Self {
        RunningSlot(Cell::new(Self::NONE))
    }
}

pub(super) type ErrorHandler = Rc<dyn Fn(Error)>;

impl Core {
    pub(crate) fn new(clock: Box<dyn Clock>, has_real_clock: bool) -> Rc<Self> {
        let shared = Arc::new(Shared::default());
        let timers = RefCell::new(Timers::new(clock.now()));
        Rc::new(Core {
            id: registry::add(&shared),
            shared,
            clock,
            has_real_clock,
            scheduler: RefCell::new(Scheduler::new()),
            timers,
            turn_number: Cell::new(0),
            turn_began_at: Cell::new(0),
            closed: Cell::new(false),
            begins_plainly: Cell::new(true),
            running: RunningSlot::default(),
            error_handler: RefCell::new(None),
            runtime: EnteredRuntime::default(),
            slow_steps: SlowSteps::default(),
        })
    }

    /// Enters the runtime whenever the loop runs.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) fn set_runtime(&self, runtime: tokio::runtime::Handle) {
        self.runtime.set(runtime);
    }

    pub(crate) fn id(&self) -> LoopId {
        self.id
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Returns the time `after` from now, or `None` if no `Instant` can hold it.
    pub(crate) fn deadline(&self, after: Duration) -> Option<Instant> {
        self.now().checked_add(after)
    }

    #[inline]
    pub(crate) fn schedule(&self, slot: SlotId) {
        self.scheduler.borrow_mut().schedule(slot);
    }

    /// Queues the callback, or gives it back if the loop is closed.
    pub(crate) fn push_callback(&self, callback: QueuedCallback) -> Result<(), QueuedCallback> {
        if self.closed.get() {
            return Err(callback);
        }
        self.scheduler.borrow_mut().push_callback(callback);
        Ok(())
    }

    /// Returns the task that is being polled.
    #[inline]
    pub(super) fn mark(&self) -> TaskMark {
        self.running.get().map_or(TaskMark::OUTSIDE, |slot| TaskMark::of_loop(self.id, slot))
    }

    /// Returns what the task has inherited that is being polled.
    pub(super) fn inherited(&self) -> Option<Arc<Inherited>> {
        let mut scheduler = self.scheduler.borrow_mut();
        scheduler.slot(self.running.get()?)?.own_context()?.inherited()
    }

    /// Returns the error context of the task that is being polled.
    pub(crate) fn running_context(&self) -> Option<Arc<ErrorContext>> {
        let context = self.scheduler.borrow_mut().context_of(self.running.get()?, &self.shared)?;
        context.shorten();
        Some(context)
    }
}
