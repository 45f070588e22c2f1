//! How a task, or the future of a blocking call, gets its slot.

use std::rc::Rc;

use super::core::Core;
use super::current;
use super::errors::LoopClosed;
use super::ids::{SlotId, TaskId};
use super::runnable::TaskRef;

impl Core {
    /// Gives the task a slot and runs its first step before it returns; or queues that, if too many first
    /// steps are under way already.
    pub(crate) fn start_task(self: &Rc<Self>, task: TaskRef) -> Result<TaskId, LoopClosed> {
        if self.closed.get() {
            return Err(LoopClosed);
        }
        // The context of whoever starts it: asked before this loop is the current one.
        let outer = current::capture();
        let (slot, id) = {
            let mut sched = self.sched.borrow_mut();
            let slot = sched.insert(outer);
            (slot, sched.task_in(self.id, slot))
        };
        match current::enter_first_step(self) {
            Some(_entered) => self.step(slot, task),
            None => self.queue_first_step(slot, task),
        }
        Ok(id)
    }

    #[cold]
    fn queue_first_step(&self, slot: SlotId, task: TaskRef) {
        let mut sched = self.sched.borrow_mut();
        let closed_task = sched.put_back(slot, task);
        debug_assert!(closed_task.is_none(), "it has just got the slot");
        sched.schedule(slot);
    }

    /// A slot for the future of a blocking call; queued for its first poll.
    pub(crate) fn insert_root(&self) -> SlotId {
        let outer = current::capture();
        self.sched.borrow_mut().insert_root(outer)
    }
}
