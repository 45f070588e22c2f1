//! Which loop runs on this thread.
//!
//! # How deep first steps nest
//!
//! A task runs its first step inside of the call that spawns it, and in that step it may spawn the next one.
//! Each level takes stack, and nobody counts on how much there is: so the thread counts the levels, and the
//! first step of a task that is spawned below [`DEEPEST_FIRST_STEP`] of them goes through the queue. The
//! count is of the thread, not of a loop, for two loops may spawn on each other in turn. It lies beside the
//! current loop, which is set for a first step anyway.
use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use super::core::Core;
use super::current_context;
use super::error_context::ErrorContext;
use super::ids::{LoopName, SlotId};
use super::inbox::Shared;

/// So many first steps run inside of each other. A level takes 0.4 kB of stack when optimized and 3.5 without,
/// and what the bodies need: this leaves each of them 50 kB on a thread of 2 MB.
pub(super) const DEEPEST_FIRST_STEP: u32 = 32;

#[derive(Default)]
struct CurrentLoop {
    core: Option<Rc<Core>>,
    /// How many first steps are under way, each inside of the one before.
    first_steps: u32,
}

thread_local! {
    // Only ever borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<CurrentLoop> = const { RefCell::new(CurrentLoop { core: None, first_steps: 0 }) };
}

/// The loop that runs on this thread: its turn, or the first step of a task that is spawned on it.
///
/// `None` also while the thread is being torn down.
pub(crate) fn get() -> Option<Rc<Core>> {
    CURRENT.try_with(|current| current.borrow().core.clone()).ok().flatten()
}

/// Schedules a slot if its loop is the one that runs here; answers whether it is.
pub(super) fn schedule(name: LoopName, slot: SlotId) -> bool {
    CURRENT
        .try_with(|current| match &current.borrow().core {
            Some(core) if core.id().name() == name => {
                core.schedule(slot);
                true
            }
            _ => false,
        })
        .unwrap_or(false)
}

/// The present error context; makes that of the running task if it has none.
///
/// `None` outside of all tasks, and while the thread is being torn down.
pub(crate) fn capture() -> Option<Arc<ErrorContext>> {
    current_context::captured().unwrap_or_else(|| get()?.running_context())
}

/// Whether that loop runs on this thread.
pub(crate) fn is(home: &Arc<Shared>) -> bool {
    get().is_some_and(|core| Arc::ptr_eq(core.shared(), home))
}

/// Makes `core` the current loop, and what it polls the current error context, until the guard is dropped,
/// panics included.
pub(crate) fn enter(core: &Rc<Core>) -> EnteredLoop {
    EnteredLoop::since(swap(CurrentLoop { core: Some(Rc::clone(core)), first_steps: 0 }))
}

/// As [`enter`], for the first step of a task; `None` if too many are under way on this thread.
pub(super) fn enter_first_step(core: &Rc<Core>) -> Option<EnteredLoop> {
    let before = CURRENT.try_with(|current| {
        let current = &mut *current.borrow_mut();
        let first_steps = current.first_steps + 1;
        (first_steps <= DEEPEST_FIRST_STEP)
            .then(|| mem::replace(current, CurrentLoop { core: Some(Rc::clone(core)), first_steps }))
    });
    // While the thread is being torn down no loop is current, so no body can spawn on it.
    before.unwrap_or_else(|_| Some(CurrentLoop::default())).map(EnteredLoop::since)
}

pub(crate) struct EnteredLoop {
    before: CurrentLoop,
    _context: current_context::EnteredContext,
}

impl EnteredLoop {
    fn since(before: CurrentLoop) -> Self {
        EnteredLoop { before, _context: current_context::enter(current_context::CurrentContext::Running) }
    }
}

impl Drop for EnteredLoop {
    fn drop(&mut self) {
        // What is swapped out is dropped here, outside of the borrow: it may be the last reference.
        drop(swap(mem::take(&mut self.before)));
    }
}

fn swap(next: CurrentLoop) -> CurrentLoop {
    CURRENT.try_with(|current| current.replace(next)).unwrap_or_default()
}
