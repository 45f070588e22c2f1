//! The error context in which this thread runs.
//!
//! In most cases this is the task that the current loop is polling. The loop knows that task, so
//! polling it writes nothing to the thread.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

use super::error_context::ErrorContext;
use crate::shims::thread_local;

pub(crate) enum CurrentContext {
    /// The task that is being polled on this thread, if there is one. It may have no context yet.
    Running,
    /// The context in which the running callback was scheduled.
    Captured(Option<Arc<ErrorContext>>),
    /// The innermost one that is made [on demand](within_on_demand), inside of the running task. It
    /// was not made yet.
    OnDemand,
}

/// A context that is made when something captures it.
pub(super) trait OnDemand {
    /// Makes the context, inside of `outer`. Called at most once: from then on the context is a
    /// captured one.
    fn make(&self, outer: Option<Arc<ErrorContext>>) -> Arc<ErrorContext>;
}

/// The variants of [`CurrentContext`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Running,
    Captured,
    OnDemand,
}

// They have no destructors, so they are cheaper to read, and are there while the thread ends. A
// guard takes the context out again.
thread_local! {
    static KIND: Cell<Kind> = const { Cell::new(Kind::Running) };
}

thread_local! {
    /// The context, if it is a captured one. Only borrowed for moments in which no code of a user
    /// runs.
    static CAPTURED: RefCell<ManuallyDrop<Option<Arc<ErrorContext>>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
}

thread_local! {
    static ON_DEMAND: Cell<Option<NonNull<dyn OnDemand>>> = const { Cell::new(None) };
}

/// Calls `look` with the context that was [entered](enter), or else returns `running`. Makes none.
pub(super) fn look<R>(look: impl FnOnce(Option<&ErrorContext>) -> R, running: impl FnOnce() -> R) -> R {
    match KIND.with(Cell::get) {
        Kind::Running | Kind::OnDemand => running(),
        Kind::Captured => look(captured().as_deref()),
    }
}

/// Returns the context that was [entered](enter), or else that of the running task.
#[inline]
pub(super) fn captured_or(running: impl FnOnce() -> Option<Arc<ErrorContext>>) -> Option<Arc<ErrorContext>> {
    match KIND.with(Cell::get) {
        Kind::Running => running(),
        Kind::Captured => captured(),
        Kind::OnDemand => make_innermost(running()),
    }
}

#[cold]
fn captured() -> Option<Arc<ErrorContext>> {
    CAPTURED.with(|context| (**context.borrow()).clone())
}

#[cold]
fn make_innermost(outer: Option<Arc<ErrorContext>>) -> Option<Arc<ErrorContext>> {
    let innermost = ON_DEMAND.with(Cell::get)?;
    // SAFETY: it points to the value that the innermost `within_on_demand` has borrowed, and that
    // call has not returned.
    let context = unsafe { innermost.as_ref() }.make(outer);
    drop(swap(CurrentContext::Captured(Some(Arc::clone(&context)))));
    Some(context)
}

/// Calls `run` in the context of the running task, or in one inside of it that `context` makes when
/// something captures it. Must not be called while another context [was entered](is_entered).
///
/// `ON_DEMAND` is changed only here, and restored before this returns, also by a panic. So while it
/// is not `None`, it points to a value that is borrowed further up the stack of this thread.
pub(super) fn within_on_demand<R>(context: &(impl OnDemand + 'static), run: impl FnOnce() -> R) -> R {
    debug_assert!(!is_entered(), "it would be outside of the one that was entered");
    let context: NonNull<dyn OnDemand> = NonNull::from(context);
    let _leave = LeaveOnDemand(ON_DEMAND.with(|innermost| innermost.replace(Some(context))));
    KIND.with(|kind| kind.set(Kind::OnDemand));
    run()
}

/// Holds the next one outward.
struct LeaveOnDemand(Option<NonNull<dyn OnDemand>>);

impl Drop for LeaveOnDemand {
    fn drop(&mut self) {
        ON_DEMAND.with(|innermost| innermost.set(self.0));
        match KIND.with(Cell::get) {
            Kind::OnDemand => KIND.with(|kind| kind.set(Kind::Running)),
            // It was made.
            _ => drop(swap(CurrentContext::Running)),
        }
    }
}

/// Calls `run` in the context of the running task.
#[inline]
pub(super) fn within_running<R>(run: impl FnOnce() -> R) -> R {
    // Nearly always this is the current one.
    let _entered = is_entered().then(enter_running);
    run()
}

#[cold]
fn enter_running() -> EnteredRunning {
    EnteredRunning(Some(enter(CurrentContext::Running)))
}

/// An [`EnteredContext`] that is seldom there.
struct EnteredRunning(Option<EnteredContext>);

impl Drop for EnteredRunning {
    #[cold]
    fn drop(&mut self) {
        self.0 = None;
    }
}

/// Makes `next` the current context until the guard is dropped.
pub(crate) fn enter(next: CurrentContext) -> EnteredContext {
    let is_running = matches!(next, CurrentContext::Running);
    let before = if is_running && !is_entered() { None } else { Some(swap(next)) };
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
    let (kind, context) = match next {
        CurrentContext::Running => (Kind::Running, None),
        CurrentContext::Captured(context) => (Kind::Captured, context),
        CurrentContext::OnDemand => (Kind::OnDemand, None),
    };
    let before = CAPTURED.with(|captured| captured.replace(ManuallyDrop::new(context)));
    let before = ManuallyDrop::into_inner(before);
    match KIND.with(|now| now.replace(kind)) {
        Kind::Running => CurrentContext::Running,
        Kind::Captured => CurrentContext::Captured(before),
        Kind::OnDemand => CurrentContext::OnDemand,
    }
}

/// Whether the current context is another one than that of the running task.
pub(super) fn is_entered() -> bool {
    KIND.with(Cell::get) != Kind::Running
}

/// Calls `run` outside of all contexts.
pub(crate) fn outside<R>(run: impl FnOnce() -> R) -> R {
    let _entered = enter(CurrentContext::Captured(None));
    run()
}
