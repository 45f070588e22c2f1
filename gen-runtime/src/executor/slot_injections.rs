//! The injections of a slot. They wait in the slot's error context for the next poll.
//!
//! | function | the slot is suspended (`Idle`, `Root`) | the slot is executing | the slot is free, or another task's |
//! |---|---|---|---|
//! | `throw`: the error of a callback | queued, and the slot is scheduled | refused | refused |
//! | `deliver`: from a handle of the task | queued, and the slot is scheduled | the same | refused |
//!
//! `take_injection` gives the first one to a poll, and `after_injection` keeps it if the poll has
//! not taken it.

use std::sync::Arc;

use super::error_context::ErrorContext;
use super::ids::{SlotId, TaskId};
use super::inbox::Shared;
use super::injection::Injection;
use super::scheduler::Scheduler;
use super::task_node::Outer;
use super::task_slot::Occupant;
use super::unhandled_error::UnhandledError;
use crate::inject::EndSenders;

impl Scheduler {
    pub(super) fn context_of(&mut self, id: SlotId, home: &Arc<Shared>) -> Option<Arc<ErrorContext>> {
        Some(self.slot(id)?.context(home, id))
    }

    /// Returns the occupant of a slot as the outer context of a task that it spawns.
    #[inline]
    pub(super) fn as_outer(&mut self, id: SlotId) -> Outer {
        self.slot(id).and_then(|slot| slot.as_outer(id))
    }

    /// Queues the error of a callback for the task of that slot and context. Gives the error back
    /// if the task is not suspended.
    pub(super) fn throw(
        &mut self,
        id: SlotId,
        context: &Arc<ErrorContext>,
        error: UnhandledError,
    ) -> Result<(), UnhandledError> {
        match self.slot(id) {
            // An old context may name the slot of a later task, because generations repeat.
            Some(slot) if slot.own_context().is_some_and(|own| Arc::ptr_eq(own, context)) => {
                if !matches!(slot.state().occupant, Occupant::Idle | Occupant::Root) {
                    return Err(error);
                }
                context.push(Injection::UnhandledError(error));
                slot.state_mut().has_injection = true;
                self.schedule(id);
                Ok(())
            }
            _ => Err(error),
        }
    }

    /// Queues an injection for a task. Gives everything back if the task has ended.
    pub(super) fn deliver(
        &mut self,
        task: TaskId,
        home: &Arc<Shared>,
        injection: Injection,
        end_senders: EndSenders,
    ) -> Result<(), (Injection, EndSenders)> {
        let Some((id, slot)) = self.slot_of(task) else { return Err((injection, end_senders)) };
        let context = slot.context(home, id);
        context.push(injection);
        context.add_end_senders(end_senders);
        slot.state_mut().has_injection = true;
        self.schedule(id);
        Ok(())
    }

    /// Takes the first injection of a slot.
    pub(super) fn take_injection(&mut self, id: SlotId) -> Option<Injection> {
        let slot = self.slot(id)?;
        slot.state_mut().has_injection = false;
        slot.own_context().and_then(|context| context.pop())
    }

    /// Called after a poll with an injection that left the slot suspended. An injection that was
    /// not taken is kept for the next poll. If another one can be tried, the slot is scheduled.
    /// Gives the injection back if the slot is gone.
    pub(super) fn after_injection(&mut self, id: SlotId, untaken: Option<Injection>) -> Option<Injection> {
        let Some(slot) = self.slot(id) else { return untaken };
        let Some(context) = slot.own_context() else { return untaken };
        let has_next = context.keep_untaken(untaken);
        slot.state_mut().has_injection = context.has_injection_or_watch();
        if has_next {
            self.schedule(id);
        }
        None
    }
}
