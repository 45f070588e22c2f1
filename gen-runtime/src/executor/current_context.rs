//! The error context in which this thread runs.
//!
//! In most cases this is the task that the current loop is polling. The loop knows that task, so
//! polling it writes nothing to the thread.

use std::cell::RefCell;
use std::mem;
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

/// Returns the context that was [entered](enter), or `None` while that is the running task.
pub(super) fn captured() -> Option<Option<Arc<ErrorContext>>> {
    let captured = CURRENT.try_with(|current| match &*current.borrow() {
        CurrentContext::Running => None,
        CurrentContext::Captured(context) => Some(context.clone()),
    });
    // While the thread is being torn down there is no context.
    captured.unwrap_or(Some(None))
}

/// Makes `next` the current context until the guard is dropped.
pub(crate) fn enter(next: CurrentContext) -> EnteredContext {
    EnteredContext { before: swap(next) }
}

pub(crate) struct EnteredContext {
    before: CurrentContext,
}

impl Drop for EnteredContext {
    fn drop(&mut self) {
        // Dropped here, outside of the borrow.
        drop(swap(mem::replace(&mut self.before, CurrentContext::Running)));
    }
}

fn swap(next: CurrentContext) -> CurrentContext {
    CURRENT.try_with(|current| current.replace(next)).unwrap_or(CurrentContext::Running)
}

/// Calls `run` outside of all contexts.
pub(crate) fn outside<R>(run: impl FnOnce() -> R) -> R {
    let _entered = enter(CurrentContext::Captured(None));
    run()
}
