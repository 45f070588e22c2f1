//! The loop that runs on this thread.
//!
//! # How deep first steps nest
//!
//! A task runs its first step inside of the call that spawns it, and that step may spawn the next
//! task. Each level takes stack, and stack is limited. So the thread counts the levels, and below
//! [`DEEPEST_FIRST_STEP`] levels the first step of a task goes through the queue. The count belongs
//! to the thread, not to a loop, because two loops may spawn on each other in turn. It is kept
//! beside the current loop, which is set for every first step anyway.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use super::core::Core;
use super::current_context;
use super::error_context::ErrorContext;
use super::ids::{LoopName, SlotId};
use super::inbox::Shared;

/// This many first steps run inside of each other. A level takes 0.4 kB of stack in an optimized
/// build and 3.5 kB in any other, besides the stack of the body. On a thread of 2 MB this leaves
/// 50 kB for each body.
pub(super) const DEEPEST_FIRST_STEP: u32 = 32;

#[derive(Default)]
struct CurrentLoop {
    core: Option<Rc<Core>>,
    /// The number of first steps that run inside of each other now.
    first_steps: u32,
}

thread_local! {
    // Only borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<CurrentLoop> = const { RefCell::new(CurrentLoop { core: None, first_steps: 0 }) };
}

/// Returns the loop that runs a turn on this thread, or the first step of a task that is spawned on
/// it.
///
/// Returns `None` also while the thread is being torn down.
pub(crate) fn get() -> Option<Rc<Core>> {
    CURRENT.try_with(|current| current.borrow().core.clone()).ok().flatten()
}

/// Schedules a slot if its loop runs on this thread. Returns whether it does.
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

/// Returns the current error context. Makes that of the running task if the task has none yet.
///
/// Returns `None` outside of all tasks, and while the thread is being torn down.
pub(crate) fn capture() -> Option<Arc<ErrorContext>> {
    current_context::captured().unwrap_or_else(|| get()?.running_context())
}

/// Returns whether that loop runs on this thread.
pub(crate) fn is(home: &Arc<Shared>) -> bool {
    get().is_some_and(|core| Arc::ptr_eq(core.shared(), home))
}

/// Makes `core` the current loop, and the task that it polls the current error context, until the
/// guard is dropped.
pub(crate) fn enter(core: &Rc<Core>) -> EnteredLoop {
    EnteredLoop::since(swap(CurrentLoop { core: Some(Rc::clone(core)), first_steps: 0 }))
}

/// As [`enter`], for the first step of a task. Returns `None` if too many of them are nested on
/// this thread.
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
        // Dropped here, outside of the borrow: it may be the last reference to the loop.
        drop(swap(mem::take(&mut self.before)));
    }
}

fn swap(next: CurrentLoop) -> CurrentLoop {
    CURRENT.try_with(|current| current.replace(next)).unwrap_or_default()
}
