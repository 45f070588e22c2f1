//! The slots of a loop, and the queue of jobs.
//!
//! A waker names a slot. The states of a slot:
//!
//! | occupant | entered by | left by | excludes |
//! |---|---|---|---|
//! | `Free` | `release` | `insert`, `insert_root` | polls: no waker and no job fits it |
//! | `Running` | `insert` (a task's first step), `begin`, `take` | `put_back`, `release` | a second poll, since the loop's stack holds the task; the error of a callback, since the body is not suspended |
//! | `Idle` | `put_back` | `begin`, `take` | nothing |
//! | `Root` | `insert_root`, `put_back_root` | `begin`, `begin_root`, `release` | `take`: the caller of `run_sync` owns the future |
//! | `RootRunning` | `begin`, `begin_root` | `put_back_root`, `release` | what `Running` and `Root` exclude |
//!
//! `clear` removes all slots, and `shrink` (`slot_memory.rs`) the free ones at the end of the
//! table.
//!
//! `scheduled` says that a job for the slot is in the queue. It is cleared *before* the task is
//! polled, so that a wake during the poll queues the slot again. A job whose generation is not that
//! of the slot is stale and does nothing. `has_injection` says that the next poll takes the first
//! injection of the slot's context.
//!
//! Nothing in here runs code of a user, not even a drop: values that are taken out go to the
//! caller.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::task::Waker;

use super::error_context::ErrorContext;
use super::ids::{LoopId, SlotId, TaskId};
use super::inbox::Shared;
use super::runnable::QueuedCallback;
use super::task_node::{Lineage, Outer};
use super::task_ref::TaskRef;
use super::task_slot::{Occupant, TaskSlot};
use crate::inject::question::AboutTask;

pub(super) enum Job {
    Task(SlotId),
    Callback(QueuedCallback),
}

/// The work for a job.
pub(super) enum Work {
    Task(SlotId, TaskRef),
    /// A poll of the task takes an injection.
    Injected(SlotId, TaskRef),
    /// The future of the blocking call that runs the loop. The `bool` says whether the poll takes
    /// an injection.
    Root(bool),
    Callback(QueuedCallback),
    /// The task has ended, or is being polled.
    Nothing,
}

pub(super) struct Scheduler {
    pub(super) slots: Vec<TaskSlot>,
    /// The free slots below `usable`. The last one is used next.
    pub(super) free: Vec<u32>,
    pub(super) usable: u32,
    /// The number of slots that are occupied.
    pub(super) live: usize,
    /// A new slot begins with this number of uses, since there may have been one of that index
    /// before `shrink`.
    pub(super) first_uses: u32,
    pub(super) turns_until_shrink: u32,
    pub(super) queue: VecDeque<Job>,
}

impl Scheduler {
    pub(super) fn new() -> Self {
        Scheduler {
            slots: Vec::new(),
            free: Vec::new(),
            usable: u32::MAX,
            live: 0,
            first_uses: 0,
            turns_until_shrink: 0,
            queue: VecDeque::new(),
        }
    }

    /// Makes a slot for a task whose first step is about to run. Returns its index and the number
    /// of its earlier occupants.
    #[inline]
    pub(super) fn insert(&mut self, outer: Outer) -> (u32, u32) {
        self.occupy(Occupant::Running, outer)
    }

    /// Makes a slot for a future that is polled in place, and queues it for its first poll.
    pub(super) fn insert_root(&mut self, outer: Outer) -> SlotId {
        let (index, uses) = self.occupy(Occupant::Root, outer);
        let slot = SlotId { index, generation: uses as u16 };
        self.schedule(slot);
        slot
    }

    #[inline]
    pub(super) fn occupy(&mut self, occupant: Occupant, outer: Outer) -> (u32, u32) {
        let Some(index) = self.free.pop() else { return self.grow(occupant, outer) };
        let slot = &mut self.slots[index as usize];
        slot.occupy(occupant, outer);
        self.live += 1;
        (index, slot.state().uses())
    }

    /// Queues a slot, once. Every wake on the loop's own thread comes here.
    #[inline]
    pub(super) fn schedule(&mut self, id: SlotId) {
        if let Some(slot) = self.slot(id) {
            if !mem::replace(&mut slot.state_mut().scheduled, true) {
                self.queue.push_back(Job::Task(id));
            }
        }
    }

    /// Queues the slot of that index, whatever its generation is.
    #[cold]
    pub(super) fn schedule_occupant(&mut self, index: u32) {
        let Some(slot) = self.slots.get(index as usize) else { return };
        // If the slot is free, this id fits no slot.
        self.schedule(SlotId { index, generation: slot.generation() });
    }

    pub(super) fn push_callback(&mut self, callback: QueuedCallback) {
        self.queue.push_back(Job::Callback(callback));
    }

    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Takes the next job from the queue, and a task that it is for out of its slot.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Work> {
        match self.queue.pop_front()? {
            Job::Task(slot) => Some(self.begin(slot)),
            Job::Callback(callback) => Some(Work::Callback(callback)),
        }
    }

    /// Moves the job of a task to the front of the queue, `index` jobs earlier. The callbacks keep
    /// their order.
    #[cold]
    pub(super) fn bring_forward(&mut self, index: usize) {
        if index == 0 || !matches!(self.queue.get(index), Some(Job::Task(_))) {
            return;
        }
        if let Some(job) = self.queue.remove(index) {
            self.queue.push_front(job);
        }
    }

    /// Takes the task of a slot whose job is next.
    #[inline]
    pub(super) fn begin(&mut self, id: SlotId) -> Work {
        let Some(slot) = self.slot(id) else { return Work::Nothing };
        let state = slot.state_mut();
        state.scheduled = false;
        let has_injection = state.has_injection;
        match slot.task.take() {
            Some(task) => {
                slot.state_mut().occupant = Occupant::Running;
                match has_injection {
                    false => Work::Task(id, task),
                    true => Work::Injected(id, task),
                }
            }
            None if slot.state().occupant == Occupant::Root => {
                slot.state_mut().occupant = Occupant::RootRunning;
                Work::Root(has_injection)
            }
            None => Work::Nothing,
        }
    }

    /// Puts a suspended task back into its slot. Gives the task back if it has no slot any more,
    /// because its own step has closed the loop.
    #[inline]
    pub(super) fn put_back(&mut self, id: SlotId, task: TaskRef) -> Option<TaskRef> {
        let Some(slot) = self.slot(id) else { return Some(task) };
        slot.state_mut().occupant = Occupant::Idle;
        slot.task.replace(task)
    }

    /// The root is about to be polled outside of its job. `None` if it is being polled.
    #[cold]
    pub(super) fn begin_root(&mut self, id: SlotId, loop_id: LoopId) -> Option<TaskId> {
        let slot = self.slot(id).filter(|slot| slot.state().occupant == Occupant::Root)?;
        slot.state_mut().occupant = Occupant::RootRunning;
        Some(TaskId { loop_id, index: id.index, uses: slot.state().uses() })
    }

    pub(super) fn put_back_root(&mut self, id: SlotId) {
        if let Some(slot) = self.slot(id) {
            slot.state_mut().occupant = Occupant::Root;
        }
    }

    /// Frees a slot whose occupant has ended. Wakers that still name it do nothing from now on.
    #[inline]
    #[must_use = "the context may hold errors"]
    pub(super) fn release(&mut self, id: SlotId) -> Option<Lineage> {
        let slot = self.slot(id)?;
        let lineage = slot.release();
        self.live -= 1;
        if id.index < self.usable {
            self.free.push(id.index);
        }
        Some(lineage)
    }

    /// Empties the scheduler for good. Returns the suspended tasks, the places of all in the chain
    /// of contexts, and the queued callbacks.
    pub(super) fn clear(&mut self) -> (Vec<(Option<TaskRef>, Lineage)>, Vec<QueuedCallback>) {
        self.free = Vec::new();
        let slots = mem::take(&mut self.slots).into_iter().filter(TaskSlot::is_occupied);
        let tasks = slots.map(|mut slot| (slot.task.take(), slot.release()));
        let callbacks = mem::take(&mut self.queue).into_iter().filter_map(|job| match job {
            Job::Callback(callback) => Some(callback),
            Job::Task(_) => None,
        });
        (tasks.collect(), callbacks.collect())
    }

    /// Returns the error context of a task, or `None` if the task has ended.
    pub(super) fn context_of_task(&mut self, task: TaskId, home: &Arc<Shared>) -> Option<Arc<ErrorContext>> {
        self.slot_of(task).map(|(id, slot)| slot.context(home, id))
    }

    /// Takes a suspended task out of its slot, which is `Running` from now on.
    pub(super) fn take(&mut self, task: TaskId) -> Option<(SlotId, TaskRef)> {
        let (id, slot) = self.slot_of(task)?;
        let task = slot.task.take()?;
        slot.state_mut().occupant = Occupant::Running;
        Some((id, task))
    }

    /// The facts about a task that is suspended.
    #[cold]
    pub(super) fn about(&mut self, task: TaskId) -> Option<AboutTask> {
        let (_, slot) = self.slot_of(task)?;
        slot.task.as_ref().map(TaskRef::about)
    }

    /// Has `waker` woken at the end of a suspended task. Gives back the waker that this replaces,
    /// or `waker` itself if the task has ended.
    pub(super) fn wake_at_end(&mut self, task: TaskId, waker: Waker) -> Option<Waker> {
        match self.slot_of(task) {
            Some((_, TaskSlot { task: Some(task), .. })) => task.wake_at_end(waker),
            _ => Some(waker),
        }
    }

    pub(super) fn tasks(&self, loop_id: LoopId) -> Vec<TaskId> {
        let slots = self.slots.iter().zip(0..);
        let tasks =
            slots.filter(|(slot, _)| matches!(slot.state().occupant, Occupant::Idle | Occupant::Running));
        tasks.map(|(slot, index)| TaskId { loop_id, index, uses: slot.state().uses() }).collect()
    }

    pub(super) fn slot_of(&mut self, task: TaskId) -> Option<(SlotId, &mut TaskSlot)> {
        let slot = self.slots.get_mut(task.index as usize)?;
        let id = SlotId { index: task.index, generation: slot.generation() };
        (slot.is_occupied() && slot.state().uses() == task.uses).then_some((id, slot))
    }

    #[inline]
    pub(super) fn slot(&mut self, id: SlotId) -> Option<&mut TaskSlot> {
        let slot = self.slots.get_mut(id.index as usize)?;
        (slot.is_occupied() && slot.generation() == id.generation).then_some(slot)
    }
}
