//! The tasks of a loop in the chain of error contexts.
//!
//! A task needs an [`ErrorContext`] only when a callback or another thread may bring it an error.
//! But each task knows the context in which it was spawned, since the errors that it leaves at its
//! end go there. So a task that spawns has a [`TaskNode`], which only its loop uses, and whose
//! clones cost no atomic. The node makes the context of its task when one is asked for.
//!
//! `outer` only ever moves outward, past tasks that have ended: see `error_context.rs`.

use std::cell::{Cell, OnceCell, RefCell};
use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use super::error_context::{ErrorContext, Home, Leftovers};
use super::ids::SlotId;
use super::inbox::Shared;

/// The context in which a task was spawned.
#[derive(Clone, Default)]
pub(super) enum Outer {
    /// No context, or none any more.
    #[default]
    None,
    /// A task of the same loop.
    Task(Rc<TaskNode>),
    Context(Arc<ErrorContext>),
}

/// A task that has spawned others.
pub(super) struct TaskNode {
    slot: SlotId,
    outer: RefCell<Outer>,
    has_ended: Cell<bool>,
    context: OnceCell<Arc<ErrorContext>>,
}

impl TaskNode {
    fn new(slot: SlotId, outer: Outer) -> Rc<Self> {
        Rc::new(TaskNode {
            slot,
            outer: RefCell::new(outer),
            has_ended: Cell::new(false),
            context: OnceCell::new(),
        })
    }

    /// Skips the outer tasks that have ended.
    fn shorten(&self) {
        loop {
            let next = match &*self.outer.borrow() {
                Outer::Task(task) if task.has_ended.get() => task.outer.borrow().clone(),
                _ => return,
            };
            let skipped = self.outer.replace(next);
            drop(skipped);
        }
    }

    /// Returns the context of the task, which is made now if there is none yet.
    fn context(&self, home: &Arc<Shared>) -> Arc<ErrorContext> {
        match self.context.get() {
            Some(context) => shortened(context),
            None => self.make_context(home, self.outer.borrow().clone().into_context(home)),
        }
    }

    fn make_context(&self, home: &Arc<Shared>, outer: Option<Arc<ErrorContext>>) -> Arc<ErrorContext> {
        shortened(self.context.get_or_init(|| context_of(home, self.slot, outer)))
    }
}

impl Outer {
    /// Returns the context, after making those of the tasks that have none yet.
    fn into_context(self, home: &Arc<Shared>) -> Option<Arc<ErrorContext>> {
        // In a loop, because the chain of tasks may be long.
        let mut without_context = Vec::new();
        let mut next = self;
        let mut context = loop {
            let task = match next {
                Outer::None => break None,
                Outer::Context(context) => break Some(context),
                Outer::Task(task) => task,
            };
            match task.context.get() {
                Some(context) => break Some(shortened(context)),
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
}

fn context_of(home: &Arc<Shared>, slot: SlotId, outer: Option<Arc<ErrorContext>>) -> Arc<ErrorContext> {
    ErrorContext::of_task(Arc::clone(home) as Arc<dyn Home>, slot, outer)
}

fn shortened(context: &Arc<ErrorContext>) -> Arc<ErrorContext> {
    context.shorten();
    Arc::clone(context)
}

/// A long chain is dropped in a loop, because nested drops could overflow the stack.
impl Drop for TaskNode {
    fn drop(&mut self) {
        let mut next = mem::take(self.outer.get_mut());
        while let Outer::Task(task) = next {
            next = Rc::into_inner(task).map_or(Outer::None, |mut task| mem::take(task.outer.get_mut()));
        }
    }
}

/// The place of a task in the chain.
pub(super) enum Lineage {
    /// The task has neither spawned a task nor scheduled a callback.
    Leaf(Outer),
    /// The task has spawned others, and perhaps has a context.
    Node(Rc<TaskNode>),
    /// The task has scheduled a callback before it spawned others.
    Context(Arc<ErrorContext>),
}

impl Lineage {
    /// Returns the context of the task in that slot, which is made now if there is none yet.
    pub(super) fn context(&mut self, home: &Arc<Shared>, slot: SlotId) -> Arc<ErrorContext> {
        let outer = match self {
            Lineage::Context(context) => return shortened(context),
            Lineage::Node(task) => return task.context(home),
            Lineage::Leaf(outer) => mem::take(outer).into_context(home),
        };
        let context = context_of(home, slot, outer);
        *self = Lineage::Context(Arc::clone(&context));
        shortened(&context)
    }

    /// Returns the context, if it was made.
    pub(super) fn own(&self) -> Option<&Arc<ErrorContext>> {
        match self {
            Lineage::Leaf(_) => None,
            Lineage::Node(task) => task.context.get(),
            Lineage::Context(context) => Some(context),
        }
    }

    /// Returns the task in that slot, as the outer context of one that it spawns.
    pub(super) fn as_outer(&mut self, slot: SlotId) -> Outer {
        match self {
            Lineage::Context(context) => Outer::Context(shortened(context)),
            Lineage::Node(task) => {
                task.shorten();
                Outer::Task(Rc::clone(task))
            }
            Lineage::Leaf(outer) => {
                let task = TaskNode::new(slot, mem::take(outer));
                task.shorten();
                *self = Lineage::Node(Rc::clone(&task));
                Outer::Task(task)
            }
        }
    }

    /// Called when the task has ended.
    pub(super) fn end(self) -> Leftovers {
        match self {
            Lineage::Leaf(_) => Leftovers::default(),
            Lineage::Context(context) => context.end(),
            Lineage::Node(task) => {
                task.has_ended.set(true);
                task.shorten();
                task.context.get().map(|context| context.end()).unwrap_or_default()
            }
        }
    }
}
