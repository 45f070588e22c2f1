//! In which context the present thread runs.
use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use super::node::Node;
use crate::io_loop::{current as current_loop, LoopId, SlotId};

pub(crate) enum Current {
    Nothing,
    /// The task in that slot, which need not have a node yet.
    Task(LoopId, SlotId),
    /// What a running callback was scheduled in.
    Captured(Arc<Node>),
}

thread_local! {
    // Only ever borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<Current> = const { RefCell::new(Current::Nothing) };
}

/// The node of the present context; makes that of the running task if it has none.
///
/// `None` outside of all tasks, and while the thread is being torn down.
pub(crate) fn capture() -> Option<Arc<Node>> {
    let named = CURRENT.try_with(|current| match &*current.borrow() {
        Current::Nothing => Err(None),
        Current::Captured(node) => Err(Some(Arc::clone(node))),
        Current::Task(id, slot) => Ok((*id, *slot)),
    });
    match named {
        Ok(Ok((id, slot))) => current_loop::get().filter(|core| core.id() == id)?.context_of(slot),
        Ok(Err(node)) => node,
        Err(_) => None,
    }
}

/// Makes that the present context until the guard is dropped, panics included.
pub(crate) fn enter(next: Current) -> Entered {
    Entered { before: swap(next) }
}

pub(crate) struct Entered {
    before: Current,
}

impl Drop for Entered {
    fn drop(&mut self) {
        // What is swapped out is dropped here, outside of the borrow.
        drop(swap(mem::replace(&mut self.before, Current::Nothing)));
    }
}

fn swap(next: Current) -> Current {
    CURRENT.try_with(|current| current.replace(next)).unwrap_or(Current::Nothing)
}
