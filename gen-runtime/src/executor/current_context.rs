//! In which context the present thread runs.
//!
//! The loop knows which task it polls, and that is the context in the normal case: nothing is written to the thread for it.
use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use super::error_context::ErrorContext;
use crate::sync::thread_local;

pub(crate) enum CurrentContext {
    /// The task that the current loop is polling, which need not have a node yet; none if it polls none.
    Running,
    /// What the callback that is running was scheduled in.
    Captured(Option<Arc<ErrorContext>>),
}

thread_local! {
    // Only ever borrowed for moments in which no code of a user runs.
    static CURRENT: RefCell<CurrentContext> = const { RefCell::new(CurrentContext::Running) };
}

/// The context that was [entered](enter); `None` while it is that of the running task.
pub(super) fn captured() -> Option<Option<Arc<ErrorContext>>> {
    let captured = CURRENT.try_with(|current| match &*current.borrow() {
        CurrentContext::Running => None,
        CurrentContext::Captured(context) => Some(context.clone()),
    });
    // While the thread is being torn down there is no context.
    captured.unwrap_or(Some(None))
}

/// Makes that the present context until the guard is dropped, panics included.
pub(crate) fn enter(next: CurrentContext) -> EnteredContext {
    EnteredContext { before: swap(next) }
}

pub(crate) struct EnteredContext {
    before: CurrentContext,
}

impl Drop for EnteredContext {
    fn drop(&mut self) {
        // What is swapped out is dropped here, outside of the borrow.
        drop(swap(mem::replace(&mut self.before, CurrentContext::Running)));
    }
}

fn swap(next: CurrentContext) -> CurrentContext {
    CURRENT.try_with(|current| current.replace(next)).unwrap_or(CurrentContext::Running)
}

/// Runs code that belongs to no task.
pub(crate) fn outside<R>(run: impl FnOnce() -> R) -> R {
    let _entered = enter(CurrentContext::Captured(None));
    run()
}
