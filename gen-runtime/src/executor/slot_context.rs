//! The place of a slot in the chain of error contexts.

use std::sync::Arc;

use super::error_context::{ErrorContext, Home, Leftovers};
use super::ids::SlotId;

/// The place of a slot in the chain of contexts.
pub(crate) enum SlotContext {
    /// Nothing was scheduled in the task yet: it has no node, and this is what would be around it.
    Outer(Option<Arc<ErrorContext>>),
    Own(Arc<ErrorContext>),
}

impl SlotContext {
    /// The node of the slot, made if need be.
    pub(crate) fn node(&mut self, home: &Arc<impl Home + 'static>, slot: SlotId) -> Arc<ErrorContext> {
        let node = match self {
            SlotContext::Own(node) => Arc::clone(node),
            SlotContext::Outer(outer) => {
                let node = ErrorContext::of_task(Arc::clone(home) as Arc<dyn Home>, slot, outer.take());
                *self = SlotContext::Own(Arc::clone(&node));
                node
            }
        };
        node.shorten();
        node
    }

    /// The node, if there is one.
    pub(crate) fn own(&self) -> Option<&Arc<ErrorContext>> {
        match self {
            SlotContext::Own(node) => Some(node),
            SlotContext::Outer(_) => None,
        }
    }

    /// The task has ended.
    pub(crate) fn end(self) -> Leftovers {
        match self {
            SlotContext::Outer(outer) => Leftovers { outer, ..Leftovers::default() },
            SlotContext::Own(node) => node.end(),
        }
    }
}
