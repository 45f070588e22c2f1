//! The place of a task in the chain of error contexts.

use std::sync::Arc;

use super::error_context::{ErrorContext, Leftovers};

/// The error context of a task, which is made only when something is scheduled in the task.
pub(crate) enum SlotContext {
    /// The task has no context yet. This is the next one outward.
    Outer(Option<Arc<ErrorContext>>),
    Own(Arc<ErrorContext>),
}

impl SlotContext {
    /// Returns the context of the slot. If there is none yet, `make` makes it inside of the outer
    /// one. The caller shortens it, outside of all locks.
    pub(crate) fn get_or_create(
        &mut self,
        make: impl FnOnce(Option<Arc<ErrorContext>>) -> Arc<ErrorContext>,
    ) -> Arc<ErrorContext> {
        match self {
            SlotContext::Own(context) => Arc::clone(context),
            SlotContext::Outer(outer) => {
                let context = make(outer.take());
                *self = SlotContext::Own(Arc::clone(&context));
                context
            }
        }
    }

    pub(crate) fn own(&self) -> Option<&Arc<ErrorContext>> {
        match self {
            SlotContext::Own(context) => Some(context),
            SlotContext::Outer(_) => None,
        }
    }

    /// Called when the task has ended.
    pub(crate) fn end(self) -> Leftovers {
        match self {
            SlotContext::Outer(outer) => Leftovers { outer, ..Leftovers::default() },
            SlotContext::Own(context) => context.end(),
        }
    }
}
