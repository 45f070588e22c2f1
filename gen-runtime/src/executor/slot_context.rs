//! A slot in the chain of error contexts.

use std::sync::Arc;

use super::error_context::{ErrorContext, Home, Leftovers};
use super::ids::SlotId;

/// The error context of a slot, which is made only when something is scheduled in its task.
pub(crate) enum SlotContext {
    /// The slot has no context yet. This is the next one outward.
    Outer(Option<Arc<ErrorContext>>),
    Own(Arc<ErrorContext>),
}

impl SlotContext {
    pub(crate) fn get_or_create(
        &mut self,
        home: &Arc<impl Home + 'static>,
        slot: SlotId,
    ) -> Arc<ErrorContext> {
        let context = match self {
            SlotContext::Own(context) => Arc::clone(context),
            SlotContext::Outer(outer) => {
                let context = ErrorContext::of_task(Arc::clone(home) as Arc<dyn Home>, slot, outer.take());
                *self = SlotContext::Own(Arc::clone(&context));
                context
            }
        };
        context.shorten();
        context
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
