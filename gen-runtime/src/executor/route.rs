//! The way of an error that has no caller: from the inside out, to a context that takes it, else to the loop's
//! error handler, else to the log.

use std::sync::Arc;

use super::core::{Core, ErrorHandler};
use super::current;
use super::current_context;
use super::error_context::{ErrorContext, Home, Leftovers};
use super::ids::SlotId;
use super::injection::Injection;
use super::slot_context::SlotContext;
use super::unhandled_error::UnhandledError;
use crate::report::contain;

impl Core {
    /// Offers a failure to that context, and then outward.
    pub(crate) fn throw(&self, mut node: Option<Arc<ErrorContext>>, mut failure: UnhandledError) {
        while let Some(inner) = node {
            let offered = match inner.slot_of(&self.shared) {
                Some(slot) => self.sched.borrow_mut().throw(slot, &inner, failure),
                None => inner.send(failure),
            };
            match offered {
                Ok(()) => return,
                Err(refused) => failure = refused,
            }
            node = inner.outer();
        }
        self.unhandled(failure);
    }

    /// What was in the slot has ended; the errors that it did not take go outward.
    pub(crate) fn release(&self, slot: SlotId, untaken: Option<Injection>) {
        let context = self.sched.borrow_mut().release(slot);
        if untaken.is_none() && context.as_ref().and_then(SlotContext::own).is_none() {
            // Nothing was scheduled in it, as mostly: so nothing can be left.
            return;
        }
        self.propagate_outward(untaken, context.map(SlotContext::end).unwrap_or_default());
    }

    /// What a task that has ended did not take goes outward; whoever waits for its end is told.
    pub(super) fn propagate_outward(&self, untaken: Option<Injection>, left: Leftovers) {
        for failure in untaken.into_iter().chain(left.deliveries).filter_map(Injection::too_late) {
            self.throw(left.outer.clone(), failure);
        }
        if let Some(timer) = left.timer {
            drop(self.cancel_timer(timer));
        }
        drop(left.watchers);
    }

    /// A poll was given a delivery, and left the slot suspended.
    pub(super) fn after_throw(&self, slot: SlotId, untaken: Option<Injection>) {
        let closed_task = self.sched.borrow_mut().after_throw(slot, untaken);
        if let Some(failure) = closed_task.and_then(Injection::too_late) {
            self.unhandled(failure);
        }
    }

    pub(super) fn unhandled(&self, failure: UnhandledError) {
        let handler = self.error_handler.borrow().clone();
        let tell = || match handler {
            None => failure.report(),
            Some(handler) => handler(failure.into_error()),
        };
        current_context::outside(|| contain("an error handler", tell));
    }

    pub(crate) fn set_error_handler(&self, handler: ErrorHandler) {
        let old = match self.closed.get() {
            true => Some(handler),
            false => self.error_handler.replace(Some(handler)),
        };
        drop(old);
    }
}

/// Brings an error to that context or one outside of it, from any thread.
pub(crate) fn deliver_error(error: UnhandledError, context: Option<Arc<ErrorContext>>) {
    match current::get() {
        Some(core) => core.throw(context, error),
        None => send_outward(error, context),
    }
}

/// From a thread on which no loop runs: the first loop that lives goes on with it.
fn send_outward(mut error: UnhandledError, mut context: Option<Arc<ErrorContext>>) {
    while let Some(inner) = context {
        match inner.send(error) {
            Ok(()) => return,
            Err(refused) => error = refused,
        }
        context = inner.outer();
    }
    error.report();
}

/// Brings an error to a loop: to its error handler.
pub(crate) fn send_to_handler(error: UnhandledError, home: &impl Home) {
    if let Err(error) = home.bring(None, error) {
        error.report();
    }
}
