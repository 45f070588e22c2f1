//! The route of an error that has no caller: from the inside out to a context that takes it, else
//! to the loop's error handler, else to the log.

use std::sync::Arc;

use super::core::{Core, ErrorHandler};
use super::current;
use super::current_context;
use super::error_context::{ErrorContext, Home, Leftovers};
use super::ids::SlotId;
use super::inbox::Shared;
use super::injection::Injection;
use super::task_node::Lineage;
use super::unhandled_error::UnhandledError;
use crate::report::contain;

impl Core {
    /// Offers an error to `context`, and then to the contexts outside of it.
    pub(crate) fn throw(&self, mut context: Option<Arc<ErrorContext>>, mut error: UnhandledError) {
        while let Some(inner) = context {
            let offered = match inner.slot_of(&self.shared) {
                Some(slot) => self.scheduler.borrow_mut().throw(slot, &inner, error),
                None => inner.send(error),
            };
            match offered {
                Ok(()) => return,
                Err(refused) => error = refused,
            }
            context = inner.outer();
        }
        self.unhandled(error);
    }

    /// Frees a slot whose occupant has ended. The errors that it has not taken go outward.
    #[inline]
    pub(crate) fn release(&self, slot: SlotId) {
        let lineage = self.scheduler.borrow_mut().release(slot);
        match lineage {
            // Most tasks leave nothing.
            Some(Lineage::Leaf(_)) => {}
            lineage => self.leave(lineage, None),
        }
    }

    /// As `release`, after a poll with an injection, which may be left.
    #[cold]
    pub(super) fn release_with(&self, slot: SlotId, untaken: Option<Injection>) {
        let lineage = self.scheduler.borrow_mut().release(slot);
        self.leave(lineage, untaken);
    }

    #[cold]
    fn leave(&self, lineage: Option<Lineage>, untaken: Option<Injection>) {
        self.propagate_outward(untaken, lineage.map(Lineage::end).unwrap_or_default());
    }

    /// Handles the leftovers of a task that has ended: errors go outward, and the futures that wait
    /// for the end are woken.
    pub(super) fn propagate_outward(&self, untaken: Option<Injection>, mut leftovers: Leftovers) {
        for error in leftovers.take_errors(untaken) {
            self.throw(leftovers.outer.clone(), error);
        }
        if let Some(timer) = leftovers.timer {
            drop(self.cancel_timer(timer));
        }
        drop(leftovers.end_senders);
    }

    /// Handles an injection after a poll that left the slot suspended.
    pub(super) fn after_injection(&self, slot: SlotId, untaken: Option<Injection>) {
        let refused = self.scheduler.borrow_mut().after_injection(slot, untaken);
        if let Some(error) = refused.and_then(Injection::too_late) {
            self.unhandled(error);
        }
    }

    pub(super) fn unhandled(&self, error: UnhandledError) {
        let handler = self.error_handler.borrow().clone();
        let handle = || match handler {
            None => error.report(),
            Some(handler) => handler(error.into_error()),
        };
        current_context::outside(|| contain("an error handler", handle));
    }

    pub(crate) fn set_error_handler(&self, handler: ErrorHandler) {
        let old = match self.closed.get() {
            true => Some(handler),
            false => self.error_handler.replace(Some(handler)),
        };
        drop(old);
    }
}

/// Offers an error to `context`, and then to the contexts outside of it, from any thread.
pub(crate) fn deliver_error(error: UnhandledError, context: Option<Arc<ErrorContext>>) {
    match current::get() {
        Some(core) => core.throw(context, error),
        None => send_outward(error, context),
    }
}

/// Offers an error to the contexts outside of the current one.
#[cold]
pub(crate) fn deliver_outward(error: UnhandledError) {
    deliver_error(error, current::capture().and_then(|context| context.outer()));
}

/// Sends an error to the first context whose loop is alive; that loop goes on with it.
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

/// Sends an error to the error handler of a loop.
pub(crate) fn send_to_handler(error: UnhandledError, home: &Shared) {
    if let Err(error) = home.throw(None, error) {
        error.report();
    }
}
