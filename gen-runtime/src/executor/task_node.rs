//! The tasks of a loop in the chain of error contexts.
//!
//! A task needs an [`ErrorContext`] only when a callback or another thread may bring it an error.
//! But each task knows the context in which it was spawned, since the errors that it leaves at its
//! end go there. So a task that spawns has a [`TaskNode`], which only its loop uses, and whose
//! clones cost no atomic. The node makes the context of its task when one is asked for.
//!
//! `outer` only ever moves outward, past tasks that have ended: see `error_context.rs`.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::error_context::{ErrorContext, Home, Leftovers};
use super::ids::SlotId;
use super::inbox::Shared;

/// The context in which a task was spawned: `None` if there is none, or none any more.
pub(super) type Outer = Option<Rc<TaskNode>>;

/// A task that has spawned others.
///
/// It may be made of a context: that of a task of this loop, or one around this loop. Such a node
/// has no slot and no `outer`, and counts as a task that does not end.
pub(super) struct TaskNode {
    slot: SlotId,
    outer: RefCell<Outer>,
    is_of_context: bool,
    has_ended: Cell<bool>,
    context: OnceCell<Arc<ErrorContext>>,
}

impl TaskNode {
    pub(super) fn new(slot: SlotId, outer: Outer) -> Rc<Self> {
        Rc::new(TaskNode {
            slot,
            outer: RefCell::new(outer),
            is_of_context: false,
            has_ended: Cell::new(false),
            context: OnceCell::new(),
        })
    }

    /// Makes the node of a task that has a context already, or of a context around this loop.
    #[cold]
    pub(super) fn of_context(context: Arc<ErrorContext>) -> Rc<Self> {
        Rc::new(TaskNode {
            slot: SlotId::from_bits(0),
            outer: RefCell::new(None),
            is_of_context: true,
            has_ended: Cell::new(false),
            context: OnceCell::from(context),
        })
    }

    /// Called when the task has ended.
    fn end(&self) -> Leftovers {
        // Only the context of such a node knows the way outward, so the node is not skipped.
        self.has_ended.set(!self.is_of_context);
        self.shorten();
        self.context.get().map(|context| context.end()).unwrap_or_default()
    }

    /// Skips the outer tasks that have ended.
    #[inline]
    pub(super) fn shorten(&self) {
        let is_behind = self.outer.borrow().as_ref().is_some_and(|outer| outer.has_ended.get());
        if is_behind {
            self.skip_ended();
        }
    }

    #[cold]
    fn skip_ended(&self) {
        loop {
            let next = match &*self.outer.borrow() {
                Some(task) if task.has_ended.get() => task.outer.borrow().clone(),
                _ => return,
            };
            let skipped = self.outer.replace(next);
            drop(skipped);
        }
    }

    /// Returns the context of the task, which is made now if there is none yet.
    pub(super) fn context(&self, home: &Arc<Shared>) -> Arc<ErrorContext> {
        match self.context.get() {
            Some(context) => Arc::clone(context),
            None => self.make_context(home, into_context(self.outer.borrow().clone(), home)),
        }
    }

    /// Returns the context, if it was made.
    pub(super) fn known_context(&self) -> Option<&Arc<ErrorContext>> {
        self.context.get()
    }

    fn make_context(&self, home: &Arc<Shared>, outer: Option<Arc<ErrorContext>>) -> Arc<ErrorContext> {
        Arc::clone(self.context.get_or_init(|| context_of(home, self.slot, outer)))
    }
}

/// Makes the context of the task in that slot, which was spawned in `outer`.
pub(super) fn context_in(outer: Outer, home: &Arc<Shared>, slot: SlotId) -> Arc<ErrorContext> {
    context_of(home, slot, into_context(outer, home))
}

fn context_of(home: &Arc<Shared>, slot: SlotId, outer: Option<Arc<ErrorContext>>) -> Arc<ErrorContext> {
    ErrorContext::of_task(Arc::clone(home) as Arc<dyn Home>, slot, outer)
}

/// Returns the context, after making those of the tasks that have none yet.
fn into_context(outer: Outer, home: &Arc<Shared>) -> Option<Arc<ErrorContext>> {
    // In a loop, because the chain of tasks may be long.
    let mut without_context = Vec::new();
    let mut next = outer;
    let mut context = loop {
        let Some(task) = next else { break None };
        match task.context.get() {
            Some(context) => break Some(Arc::clone(context)),
            None => next = task.outer.borrow().clone(),
        }
        if !task.has_ended.get() {
            without_context.push(task);
        }
    };
    for task in without_context.into_iter().rev() {
        context = Some(task.make_context(home, context));
    }
    context
}

/// A long chain is dropped in a loop, because nested drops could overflow the stack.
impl Drop for TaskNode {
    fn drop(&mut self) {
        let mut next = self.outer.take();
        while let Some(mut task) = next.and_then(Rc::into_inner) {
            next = task.outer.get_mut().take();
        }
    }
}

/// The place of a task that has left its slot: see `task_slot.rs`.
pub(super) enum Lineage {
    Leaf(#[expect(dead_code, reason = "it is only dropped, outside of all borrows")] Outer),
    Node(Rc<TaskNode>),
    Context(Arc<ErrorContext>),
}

impl Lineage {
    /// Called when the task has ended.
    #[cold]
    pub(super) fn end(self) -> Leftovers {
        match self {
            Lineage::Leaf(_) => Leftovers::default(),
            Lineage::Context(context) => context.end(),
            Lineage::Node(task) => task.end(),
        }
    }
}
