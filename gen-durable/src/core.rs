//! [`Core`]: the state that a driver shares with the steps, sleeps and timeouts of its coroutine.
//!
//! While the driver polls the coroutine, or wakes it for an event, the core is the *current* one of
//! the thread. So a step finds its journal, and the core tells the wakes of the driver from all
//! others: a wake at any other moment comes from something that is in no journal.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::driver_waker::DriverWaker;
use crate::journal::{Awaited, Command, Event, Journal, Outcome, Ticket};
use crate::place::Place;

/// The future that the closure of a step returns.
pub(crate) type Run = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// The closure of a step.
pub(crate) type Closure = Box<dyn FnOnce() -> Run + Send>;

pub(crate) struct Core {
    shared: Mutex<Shared>,
    /// The coroutine is to be polled.
    is_woken: AtomicBool,
    /// Something that is in no journal has woken the coroutine.
    is_woken_from_outside: AtomicBool,
    driver: Arc<DriverWaker>,
}

struct Shared {
    journal: Box<dyn Journal>,
    slots: BTreeMap<Ticket, Slot>,
    /// Those of the slots that have no outcome yet.
    awaited: Awaited,
    /// The commands whose futures are gone. Steps among them may still run.
    forgotten: Vec<Ticket>,
    /// The error of the journal, which ends the run.
    broken: Option<gen::Error>,
}

/// A command for which the coroutine waits.
struct Slot {
    waker: Waker,
    closure: Option<Closure>,
    outcome: Option<Outcome>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Core>>> = const { RefCell::new(None) };
}

/// Makes another core the current one. Its drop restores the one before.
pub(crate) struct Entered(Option<Arc<Core>>);

pub(crate) fn enter(core: Option<&Arc<Core>>) -> Entered {
    let core = core.cloned();
    Entered(CURRENT.try_with(|current| current.replace(core)).unwrap_or_default())
}

impl Drop for Entered {
    fn drop(&mut self) {
        let outer = self.0.take();
        let inner = CURRENT.try_with(|current| current.replace(outer));
        drop(inner);
    }
}

impl Core {
    pub(crate) fn new(journal: Box<dyn Journal>) -> Arc<Self> {
        let shared = Shared {
            journal,
            slots: BTreeMap::new(),
            awaited: Awaited::default(),
            forgotten: Vec::new(),
            broken: None,
        };
        Arc::new(Core {
            shared: Mutex::new(shared),
            is_woken: AtomicBool::new(true),
            is_woken_from_outside: AtomicBool::new(false),
            driver: Arc::default(),
        })
    }

    /// The core of the coroutine that this thread polls.
    pub(crate) fn current() -> Option<Arc<Core>> {
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_current(&self) -> bool {
        let is_current = |current: &RefCell<Option<Arc<Core>>>| {
            current.borrow().as_ref().is_some_and(|core| std::ptr::eq(&**core, self))
        };
        CURRENT.try_with(is_current).unwrap_or(false)
    }
}

/// For the driver.
impl Core {
    pub(crate) fn driver(&self) -> &Arc<DriverWaker> {
        &self.driver
    }

    pub(crate) fn is_woken(&self) -> bool {
        self.is_woken.load(Ordering::Acquire)
    }

    pub(crate) fn take_woken(&self) -> bool {
        self.is_woken.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn is_woken_from_outside(&self) -> bool {
        self.is_woken_from_outside.load(Ordering::Acquire)
    }

    pub(crate) fn take_broken(&self) -> Option<gen::Error> {
        self.lock().broken.take()
    }

    /// Whether the coroutine waits for something that is in the journal.
    pub(crate) fn awaits(&self) -> bool {
        self.number_awaited() > 0
    }

    pub(crate) fn number_awaited(&self) -> usize {
        self.lock().awaited.0.len()
    }

    /// The command that was issued last, of those for which the coroutine waits.
    pub(crate) fn last_awaited(&self) -> Option<Ticket> {
        self.lock().awaited.0.last().copied()
    }

    /// Takes the commands whose futures are gone, since the last call.
    pub(crate) fn take_forgotten(&self) -> Vec<Ticket> {
        mem::take(&mut self.lock().forgotten)
    }

    pub(crate) fn poll_event(&self) -> Poll<gen::Result<Event>> {
        let waker = self.waker_of_journal();
        let Shared { journal, awaited, .. } = &mut *self.lock();
        journal.poll_event(&mut Context::from_waker(&waker), awaited)
    }

    pub(crate) fn propose(&self, step: Ticket, outcome: Outcome) -> gen::Result {
        self.lock().journal.propose(step, outcome)
    }

    pub(crate) fn cancel(&self, reason: &str) -> gen::Result {
        self.lock().journal.cancel(reason)
    }

    pub(crate) fn finish(&self, outcome: &Outcome) -> gen::Result {
        self.lock().journal.finish(outcome)
    }

    fn waker_of_journal(&self) -> Waker {
        Waker::from(Arc::clone(&self.driver))
    }

    /// Gives a command its outcome, and wakes the future that waits for it.
    pub(crate) fn done(self: &Arc<Self>, ticket: Ticket, outcome: Outcome) {
        let waker = {
            let mut shared = self.lock();
            shared.awaited.0.remove(&ticket);
            shared.slots.get_mut(&ticket).map(|slot| {
                slot.outcome = Some(outcome);
                slot.waker.clone()
            })
        };
        if let Some(waker) = waker {
            let _entered = enter(Some(self));
            waker.wake();
        }
    }

    pub(crate) fn take_closure(&self, step: Ticket) -> Option<Closure> {
        self.lock().slots.get_mut(&step)?.closure.take()
    }
}

/// For the futures in the coroutine.
impl Core {
    /// Issues a command. If the journal refuses it, the run ends after this poll.
    pub(crate) fn issue(&self, command: &Command, closure: Option<Closure>, waker: &Waker) -> Option<Ticket> {
        let slot = Slot { waker: waker.clone(), closure, outcome: None };
        let mut shared = self.lock();
        if shared.broken.is_some() {
            return None;
        }
        match shared.journal.issue(command) {
            Ok(ticket) => {
                shared.slots.insert(ticket, slot);
                shared.awaited.0.insert(ticket);
                Some(ticket)
            }
            Err(error) => {
                shared.broken = Some(error);
                // Its closure is the user's, and may run anything when it is dropped.
                drop(shared);
                drop(slot);
                None
            }
        }
    }

    /// The version that the run has of a change. `None` if the journal refuses it: the run ends
    /// after this poll.
    pub(crate) fn version(&self, label: &str, newest: u32, at: &Place) -> Option<u32> {
        let mut shared = self.lock();
        if shared.broken.is_some() {
            return None;
        }
        match shared.journal.version(label, newest, at) {
            Ok(version) => Some(version),
            Err(error) => {
                shared.broken = Some(error);
                None
            }
        }
    }

    /// The outcome of a command. If it has none yet, `waker` is woken when it has.
    pub(crate) fn outcome(&self, ticket: Ticket, waker: &Waker) -> Poll<Outcome> {
        let mut shared = self.lock();
        let Some(slot) = shared.slots.get_mut(&ticket) else { return Poll::Pending };
        let Some(outcome) = slot.outcome.take() else {
            let before = mem::replace(&mut slot.waker, waker.clone());
            drop(shared);
            drop(before);
            return Poll::Pending;
        };
        let slot = shared.slots.remove(&ticket);
        drop(shared);
        drop(slot);
        Poll::Ready(outcome)
    }

    /// The future of a command is gone.
    pub(crate) fn forget(&self, ticket: Ticket) {
        let mut shared = self.lock();
        shared.awaited.0.remove(&ticket);
        shared.forgotten.push(ticket);
        let slot = shared.slots.remove(&ticket);
        drop(shared);
        drop(slot);
    }
}

impl Wake for Core {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        // The driver looks itself after its own work.
        if !self.is_current() {
            self.is_woken_from_outside.store(true, Ordering::Release);
            self.driver.notify();
        }
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("is_woken", &self.is_woken()).finish_non_exhaustive()
    }
}
