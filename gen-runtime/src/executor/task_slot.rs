//! A slot of a loop: the task, and what the loop knows of it.
//!
//! | place in the chain of error contexts | the task |
//! |---|---|
//! | `Leaf` | has neither spawned a task nor scheduled a callback. `None` if it was spawned outside of all contexts |
//! | `Node` | has spawned others, and perhaps has a context |
//! | `Context` | has scheduled a callback, or has got a request, before it spawned others; or has inherited bindings |
//!
//! A slot that is free is a `Leaf` with `None`.

use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use super::error_context::ErrorContext;
use super::ids::SlotId;
use super::inbox::Shared;
use super::task_node::{context_in, Lineage, Outer, TaskNode};
use super::task_ref::TaskRef;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occupant {
    Free,
    /// The slot holds the task.
    Idle,
    Running,
    Root,
    RootRunning,
}

pub(super) struct TaskSlot {
    /// While it is `Idle`.
    pub(super) task: Option<TaskRef>,
    place: Place,
}

/// The state is in each variant, beside the discriminant, so that a slot has 24 bytes and not 32.
enum Place {
    Leaf(SlotState, Outer),
    Node(SlotState, Rc<TaskNode>),
    Context(SlotState, Arc<ErrorContext>),
}

/// Its alignment is 1: see [`Place`].
#[derive(Clone, Copy)]
pub(super) struct SlotState {
    /// The number of its earlier occupants. The low bits are the generation.
    uses: [u8; 4],
    pub(super) occupant: Occupant,
    pub(super) scheduled: bool,
    pub(super) has_injection: bool,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<TaskSlot>() == 24);

impl SlotState {
    fn new(uses: u32, occupant: Occupant) -> Self {
        SlotState { uses: uses.to_ne_bytes(), occupant, scheduled: false, has_injection: false }
    }

    #[inline]
    pub(super) fn uses(&self) -> u32 {
        u32::from_ne_bytes(self.uses)
    }
}

impl TaskSlot {
    pub(super) fn new(uses: u32, occupant: Occupant, outer: Outer) -> Self {
        TaskSlot { task: None, place: Place::Leaf(SlotState::new(uses, occupant), outer) }
    }

    #[inline]
    pub(super) fn state(&self) -> &SlotState {
        match &self.place {
            Place::Leaf(state, _) | Place::Node(state, _) | Place::Context(state, _) => state,
        }
    }

    #[inline]
    pub(super) fn state_mut(&mut self) -> &mut SlotState {
        match &mut self.place {
            Place::Leaf(state, _) | Place::Node(state, _) | Place::Context(state, _) => state,
        }
    }

    /// The cast cuts off the bits that a waker has no room for.
    #[inline]
    pub(super) fn generation(&self) -> u16 {
        self.state().uses() as u16
    }

    #[inline]
    pub(super) fn is_occupied(&self) -> bool {
        self.state().occupant != Occupant::Free
    }

    /// Puts a task into a slot that is free.
    #[inline]
    pub(super) fn occupy(&mut self, occupant: Occupant, outer: Outer) {
        let state = SlotState { occupant, ..*self.state() };
        // The place of a free slot holds nothing, so there is nothing to drop.
        mem::forget(mem::replace(&mut self.place, Place::Leaf(state, outer)));
    }

    /// Frees the slot for its next use, and returns the place of the task that was in it.
    #[inline]
    pub(super) fn release(&mut self) -> Lineage {
        let next = SlotState::new(self.state().uses().wrapping_add(1), Occupant::Free);
        match mem::replace(&mut self.place, Place::Leaf(next, None)) {
            Place::Leaf(_, outer) => Lineage::Leaf(outer),
            Place::Node(_, task) => Lineage::Node(task),
            Place::Context(_, context) => Lineage::Context(context),
        }
    }

    /// Returns the context of the task, which is made now if there is none yet. A caller that keeps
    /// it shortens it, outside of all borrows.
    pub(super) fn context(&mut self, home: &Arc<Shared>, slot: SlotId) -> Arc<ErrorContext> {
        let (state, outer) = match &mut self.place {
            Place::Context(_, context) => return Arc::clone(context),
            Place::Node(_, task) => return task.context(home),
            Place::Leaf(state, outer) => (*state, outer.take()),
        };
        let context = context_in(outer, home, slot);
        self.place = Place::Context(state, Arc::clone(&context));
        context
    }

    /// Returns the context, if it was made.
    pub(super) fn own_context(&self) -> Option<&Arc<ErrorContext>> {
        match &self.place {
            Place::Leaf(..) => None,
            Place::Node(_, task) => task.known_context(),
            Place::Context(_, context) => Some(context),
        }
    }

    /// Returns the task as the outer context of one that it spawns. `None` if the task has
    /// inherited bindings, which the other one inherits, too.
    #[inline]
    pub(super) fn as_outer(&mut self, slot: SlotId) -> Outer {
        match &self.place {
            Place::Node(_, task) => {
                task.shorten();
                Some(Rc::clone(task))
            }
            _ => self.make_outer(slot),
        }
    }

    /// A task that has inherited bindings has a context from the beginning. It never becomes a
    /// node, so the spawns of a node need not look for bindings.
    #[cold]
    fn make_outer(&mut self, slot: SlotId) -> Outer {
        match &self.place {
            Place::Context(_, context) if context.inherits() => None,
            _ => Some(self.make_node(slot)),
        }
    }

    fn make_node(&mut self, slot: SlotId) -> Rc<TaskNode> {
        let state = *self.state();
        let task = match mem::replace(&mut self.place, Place::Leaf(state, None)) {
            Place::Leaf(_, outer) => TaskNode::new(slot, outer),
            Place::Node(_, task) => task,
            Place::Context(_, context) => TaskNode::of_context(context),
        };
        task.shorten();
        self.place = Place::Node(state, Rc::clone(&task));
        task
    }
}
