//! Which loop runs on this thread.
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::core::Core;
use super::remote::Shared;
use super::waker::{LoopId, SlotId};
use crate::context::{self, Current};

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
pub(super) fn schedule(id: LoopId, slot: SlotId) -> bool {
    CURRENT
        .try_with(|current| match &*current.borrow() {
            Some(core) if core.id() == id => {
                core.schedule(slot);
                true
            }
            _ => false,
        })
        .unwrap_or(false)
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
