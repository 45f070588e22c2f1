//! The loop itself: what the owner, the handles and the current-loop entry share.
//!
//! All of it belongs to one thread (`Rc`, cells); what other threads may touch is `inbox`. The cells are
//! borrowed only for moments in which no code of a user runs: what is taken out of them is called, polled or
//! dropped afterwards. How the loop runs is in `turn.rs`.
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::error_context::ErrorContext;
use super::ids::{LoopId, SlotId};
use super::inbox::Shared;
use super::registry;
use super::runnable::QueuedCallback;
use super::scheduler::Scheduler;
use super::timers::Timers;
use crate::error::Error;

pub(crate) struct Core {
    pub(super) id: LoopId,
    pub(super) shared: Arc<Shared>,
    pub(super) clock: Box<dyn Clock>,
    /// Whether its time is that of `Instant::now()`.
    pub(super) has_real_clock: bool,
    pub(super) sched: RefCell<Scheduler>,
    pub(super) timers: RefCell<Timers>,
    /// How many turns have begun.
    pub(super) turn: Cell<u64>,
    /// The first timer number of the present turn: what has a smaller one is older than the turn.
    pub(super) turn_began_at: Cell<u64>,
    pub(super) closed: Cell<bool>,
    /// The slot that is being polled: the present error context.
    pub(super) running: Cell<Option<SlotId>>,
    pub(super) error_handler: RefCell<Option<ErrorHandler>>,
}

pub(super) type ErrorHandler = Rc<dyn Fn(Error)>;

impl Core {
    pub(crate) fn new(clock: Box<dyn Clock>, has_real_clock: bool) -> Rc<Self> {
        let shared = Arc::new(Shared::default());
        Rc::new(Core {
            id: registry::add(&shared),
            shared,
            clock,
            has_real_clock,
            sched: RefCell::new(Scheduler::new()),
            timers: RefCell::new(Timers::new()),
            turn: Cell::new(0),
            turn_began_at: Cell::new(0),
            closed: Cell::new(false),
            running: Cell::new(None),
            error_handler: RefCell::new(None),
        })
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

    /// When `after` from now will be; never, if no `Instant` can tell.
    pub(crate) fn deadline(&self, after: Duration) -> Option<Instant> {
        self.now().checked_add(after)
    }

    #[inline]
    pub(crate) fn schedule(&self, slot: SlotId) {
        self.sched.borrow_mut().schedule(slot);
    }

    /// Hands the callback back if the loop is closed.
    pub(crate) fn push_callback(&self, callback: QueuedCallback) -> Result<(), QueuedCallback> {
        if self.closed.get() {
            return Err(callback);
        }
        self.sched.borrow_mut().push_callback(callback);
        Ok(())
    }

    /// The task that is being polled, as an error context.
    pub(crate) fn running_context(&self) -> Option<Arc<ErrorContext>> {
        self.sched.borrow_mut().context_of(self.running.get()?, &self.shared)
    }
}
