//! The chain of bindings on the stack of this thread.
//!
//! The bindings are lent to the thread for the time of a call. So binding something counts no
//! references, and moves three words to the stack and one to the thread.
//!
//! 1. `INNERMOST` is changed only by [`within`] and [`Apart`], which restore it before they return
//!    or are dropped, also by a panic. A user cannot hold an `Apart`: its owners are guards on the
//!    stack of the runtime. So while `INNERMOST` is not null, it points to the node of a call of
//!    `within` that has not returned.
//! 2. A node and its binding are borrowed as long as that call takes. The `outer` of a node was
//!    `INNERMOST` when the call began, so it points further up the same stack, and is valid as
//!    long as the node is.
//! 3. [`find`] gives a binding only to a closure, which cannot keep it.
//!
//! Callers of this file need not uphold anything.

use std::cell::Cell;
use std::ptr;

use super::binding::Bind;
use crate::shims::thread_local;

struct Node<'a> {
    binding: &'a dyn Bind,
    outer: *const Node<'static>,
}

// Those of `shims`, because all threads of a model are one.
thread_local! {
    // No destructor, so it exists until the very end of the thread.
    static INNERMOST: Cell<*const Node<'static>> = const { Cell::new(ptr::null()) };
}

#[inline]
fn innermost() -> *const Node<'static> {
    INNERMOST.with(Cell::get)
}

#[inline]
fn replace(next: *const Node<'static>) -> *const Node<'static> {
    INNERMOST.with(|innermost| innermost.replace(next))
}

/// Whether anything is bound here.
#[inline]
pub(crate) fn is_any() -> bool {
    !innermost().is_null()
}

/// Calls `run` while `binding` is the innermost one.
#[inline]
pub(crate) fn within<R>(binding: &dyn Bind, run: impl FnOnce() -> R) -> R {
    let node = Node { binding, outer: innermost() };
    replace(ptr::from_ref(&node).cast());
    let _restore = Restore(node.outer);
    run()
}

struct Restore(*const Node<'static>);

impl Drop for Restore {
    #[inline]
    fn drop(&mut self) {
        replace(self.0);
    }
}

/// Calls `look` with each binding, from the innermost one outward, until it returns something.
pub(crate) fn find<R>(mut look: impl FnMut(&dyn Bind) -> Option<R>) -> Option<R> {
    let mut next = innermost();
    // SAFETY: it is null, or points to a node that a call of `within` further up the stack has
    // borrowed (1, 2).
    while let Some(node) = unsafe { next.as_ref() } {
        if let Some(found) = look(node.binding) {
            return Some(found);
        }
        next = node.outer;
    }
    None
}

/// Calls `run` while nothing is bound.
#[inline]
pub(crate) fn apart<R>(run: impl FnOnce() -> R) -> R {
    // Nearly always nothing is.
    let _apart = is_any().then(Seldom::new);
    run()
}

/// Hides the bindings until it is dropped.
pub(crate) struct Apart(Restore);

impl Apart {
    pub(crate) fn new() -> Self {
        Apart(Restore(replace(ptr::null())))
    }
}

/// An [`Apart`] that is seldom there.
struct Seldom(Option<Apart>);

impl Seldom {
    #[cold]
    fn new() -> Self {
        Seldom(Some(Apart::new()))
    }
}

impl Drop for Seldom {
    #[cold]
    fn drop(&mut self) {
        if let Some(Apart(restore)) = self.0.take() {
            drop(restore);
        }
    }
}
