//! The error context in which this thread runs.
//!
//! In most cases this is the task that the current loop is polling. The loop knows that task, so
//! polling it writes nothing to the thread.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::error_context::ErrorContext;
use crate::sync::thread_local;

pub(crate) enum CurrentContext {
    /// The task that the current loop is polling, if there is one. It may have no context yet.
    Running,
    /// The context in which the running callback was scheduled.
    Captured(Option<Arc<ErrorContext>>),
}

thread_local! {
    // Only borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<CurrentContext> = const { RefCell::new(CurrentContext::Running) };
}

thread_local! {
    /// Whether it is a captured one. It has no destructor, so it is cheaper to read.
    static IS_CAPTURED: Cell<bool> = const { Cell::new(false) };
}

/// Returns the context that was [entered](enter), or `None` while that is the running task.
#[inline]
pub(super) fn captured() -> Option<Option<Arc<ErrorContext>>> {
    is_captured().then(captured_context)?
}

#[cold]
fn captured_context() -> Option<Option<Arc<ErrorContext>>> {
    let captured = CURRENT.try_with(|current| match &*current.borrow() {
        CurrentContext::Running => None,
        CurrentContext::Captured(context) => Some(context.clone()),
    });
    // While the thread is being torn down there is no context.
    captured.unwrap_or(Some(None))
}

/// Makes `next` the current context until the guard is dropped.
pub(crate) fn enter(next: CurrentContext) -> EnteredContext {
    let is_running = matches!(next, CurrentContext::Running);
    let before = if is_running && !is_captured() { None } else { Some(swap(next)) };
    EnteredContext { before }
}

/// Holds the context that was there before, if it was another one.
pub(crate) struct EnteredContext {
    before: Option<CurrentContext>,
}

impl Drop for EnteredContext {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            // Dropped here, outside of the borrow.
            drop(swap(before));
        }
    }
}

fn swap(next: CurrentContext) -> CurrentContext {
    let is_captured = matches!(next, CurrentContext::Captured(_));
    let before = CURRENT.try_with(|current| current.replace(next));
    match before {
        Ok(before) => {
            IS_CAPTURED.with(|captured| captured.set(is_captured));
            before
        }
        Err(_) => CurrentContext::Running,
    }
}

pub(super) fn is_captured() -> bool {
    IS_CAPTURED.with(Cell::get)
}

/// Calls `run` outside of all contexts.
pub(crate) fn outside<R>(run: impl FnOnce() -> R) -> R {
    let _entered = enter(CurrentContext::Captured(None));
    run()
}
