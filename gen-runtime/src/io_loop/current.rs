//! Which loop runs on this thread.
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::core::Core;
use super::inbox::{Message, Shared};
use super::registry;
use super::sched::TaskId;
use super::waker::{LoopName, SlotId};
use crate::context::{self, Current, Delivery};
use crate::task::EndSignal;

thread_local! {
    // Only ever borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };
}

/// The loop that runs on this thread: its turn, or the first step of a task that is spawned on it.
///
/// `None` also while the thread is being torn down.
pub(crate) fn get() -> Option<Rc<Core>> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

/// Schedules a slot if its loop is the one that runs here; answers whether it is.
pub(super) fn schedule(name: LoopName, slot: SlotId) -> bool {
    CURRENT
        .try_with(|current| match &*current.borrow() {
            Some(core) if core.id().name() == name => {
                core.schedule(slot);
                true
            }
            _ => false,
        })
        .unwrap_or(false)
}

/// Delivers to a task from wherever this is: at once on the loop that runs here, else through its inbox. What comes
/// too late is dealt with.
pub(crate) fn deliver(task: TaskId, delivery: Delivery, signal: Option<EndSignal>) {
    let refused = match get() {
        Some(core) if core.id() == task.loop_id => return core.deliver(task, delivery, signal),
        _ => match registry::find(task.loop_id) {
            Some(shared) => shared.send(Message::Deliver(task, delivery, signal)).err(),
            None => Some(Message::Deliver(task, delivery, signal)),
        },
    };
    // The signal is dropped with it.
    if let Some(Message::Deliver(_, delivery, _signal)) = refused {
        // It comes from a handle, so there is nothing to go outward.
        let _ = delivery.too_late();
    }
}

/// Whether that loop runs on this thread.
pub(crate) fn is(home: &Arc<Shared>) -> bool {
    get().is_some_and(|core| Arc::ptr_eq(core.shared(), home))
}

/// Makes `core` the current loop, and what it polls the current error context, until the guard is dropped,
/// panics included.
pub(super) fn enter(core: &Rc<Core>) -> Entered {
    Entered { before: swap(Some(Rc::clone(core))), _context: context::enter(Current::Running) }
}

pub(super) struct Entered {
    before: Option<Rc<Core>>,
    _context: context::Entered,
}

impl Drop for Entered {
    fn drop(&mut self) {
        // What is swapped out is dropped here, outside of the borrow: it may be the last reference.
        drop(swap(self.before.take()));
    }
}

fn swap(core: Option<Rc<Core>>) -> Option<Rc<Core>> {
    CURRENT.try_with(|current| current.replace(core)).ok().flatten()
}
