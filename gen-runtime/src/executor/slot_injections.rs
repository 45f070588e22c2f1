//! What is thrown at a slot: it waits in the error context of the slot for the next poll.
//!
//! | what | the slot is suspended (`Idle`, `Root`) | the slot is executing | the slot is free, or another task's |
//! |---|---|---|---|
//! | `throw`: the error of a callback | queued, and the slot is scheduled | refused | refused |
//! | `deliver`: from a handle of the task | queued, and the slot is scheduled | queued | refused |
//!
//! `take_delivery` hands the first one to a poll; `after_throw` keeps what that poll did not take.

use std::sync::Arc;

use super::error_context::ErrorContext;
use super::ids::{SlotId, TaskId};
use super::inbox::Shared;
use super::injection::Injection;
use super::scheduler::{Occupant, Scheduler};
use super::unhandled_error::UnhandledError;
use crate::inject::EndSenders;

impl Scheduler {
    /// The slot as an error context.
    pub(super) fn context_of(&mut self, id: SlotId, home: &Arc<Shared>) -> Option<Arc<ErrorContext>> {
        Some(self.slot(id)?.context.node(home, id))
    }

    /// Throws at the task of that slot and node; hands the failure back if it is not suspended.
    pub(super) fn throw(
        &mut self,
        id: SlotId,
        node: &Arc<ErrorContext>,
        failure: UnhandledError,
    ) -> Result<(), UnhandledError> {
        match self.slot(id) {
            // An old node may name a later task's slot, for generations come again.
            Some(slot) if slot.context.own().is_some_and(|own| Arc::ptr_eq(own, node)) => {
                if !matches!(slot.occupant, Occupant::Idle(_) | Occupant::Root) {
                    return Err(failure);
                }
                node.push(Injection::UnhandledError(failure));
                slot.thrown = true;
                self.schedule(id);
                Ok(())
            }
            _ => Err(failure),
        }
    }

    /// Delivers to that task, whatever it is doing; hands everything back if it has ended.
    pub(super) fn deliver(
        &mut self,
        task: TaskId,
        home: &Arc<Shared>,
        delivery: Injection,
        signals: EndSenders,
    ) -> Result<(), (Injection, EndSenders)> {
        let Some((id, slot)) = self.slot_of(task) else { return Err((delivery, signals)) };
        let node = slot.context.node(home, id);
        node.push(delivery);
        node.watch(signals);
        slot.thrown = true;
        self.schedule(id);
        Ok(())
    }

    /// The first of what is delivered to what runs in that slot.
    pub(super) fn take_delivery(&mut self, id: SlotId) -> Option<Injection> {
        let slot = self.slot(id)?;
        slot.thrown = false;
        slot.context.own().and_then(|node| node.pop())
    }

    /// After a poll that was given a delivery, and left the slot suspended: what was not taken stays for the
    /// next poll; if it was taken, the next one has its turn. Hands it back if the slot is gone.
    pub(super) fn after_throw(&mut self, id: SlotId, untaken: Option<Injection>) -> Option<Injection> {
        let Some(slot) = self.slot(id) else { return untaken };
        let Some(node) = slot.context.own() else { return untaken };
        let is_next = match untaken {
            // The body went on: what a shield held back before may be taken now.
            None => node.has_deliveries(),
            Some(Injection::Watch(watch)) => {
                node.keep(watch);
                node.has_deliveries()
            }
            Some(delivery) => node.put_back(delivery),
        };
        slot.thrown = node.has_something();
        if is_next {
            self.schedule(id);
        }
        None
    }
}
