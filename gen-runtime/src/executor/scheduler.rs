//! The slots of a loop, and the queue of jobs.
//!
//! A waker names a slot. The states of a slot:
//!
//! | occupant | entered by | left by | excludes |
//! |---|---|---|---|
//! | `Free` | `release` | `insert`, `insert_root` | polls: no waker and no job fits it |
//! | `Running` | `insert` (a task's first step), `next`, `take` | `put_back`, `release` | a second poll, since the loop's stack holds the task; the error of a callback, since the body is not suspended |
//! | `Idle` | `put_back` | `next`, `take` | nothing |
//! | `Root` | `insert_root`, `put_back_root` | `next`, `release` | `take`: the caller of `run_sync` owns the future |
//! | `RootRunning` | `next` | `put_back_root`, `release` | what `Running` and `Root` exclude |
//!
//! `clear` removes all slots.
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

use super::error_context::{ErrorContext, Home};
use super::ids::{LoopId, SlotId, TaskId};
use super::inbox::Shared;
use super::runnable::QueuedCallback;
use super::slot_context::SlotContext;
use super::task_ref::TaskRef;

pub(super) enum Job {
    Task(SlotId),
    Callback(QueuedCallback),
}

pub(super) enum Work {
    Callback(QueuedCallback),
    /// The `bool` says whether the poll takes an injection.
    Task(SlotId, TaskRef, bool),
    /// As `Task`, for the future of the blocking call that runs the loop.
    Root(bool),
    /// The job has found no task to poll.
    Nothing,
}

pub(super) enum Occupant {
    Free { next: u32 },
    Idle(TaskRef),
    Running,
    Root,
    RootRunning,
}

pub(super) struct TaskSlot {
    /// The number of its earlier occupants. The low bits are the generation.
    uses: u32,
    scheduled: bool,
    pub(super) has_injection: bool,
    pub(super) occupant: Occupant,
    pub(super) context: SlotContext,
}

impl TaskSlot {
    fn new(occupant: Occupant, outer: Option<Arc<ErrorContext>>) -> Self {
        let context = SlotContext::Outer(outer);
        TaskSlot { uses: 0, scheduled: false, has_injection: false, occupant, context }
    }

    /// The cast cuts off the bits that a waker has no room for.
    fn generation(&self) -> u16 {
        self.uses as u16
    }

    /// Returns the error context of the occupant. `id` is the name of the slot, in the loop `home`.
    pub(super) fn context(&mut self, home: &Arc<Shared>, id: SlotId) -> Arc<ErrorContext> {
        self.context
            .get_or_create(|outer| ErrorContext::of_task(Arc::clone(home) as Arc<dyn Home>, id, outer))
    }

    fn is_occupied(&self) -> bool {
        !matches!(self.occupant, Occupant::Free { .. })
    }
}

pub(super) struct Scheduler {
    slots: Vec<TaskSlot>,
    /// The first free slot, or `NONE`.
    free: u32,
    queue: VecDeque<Job>,
}

const NONE: u32 = u32::MAX;

impl Scheduler {
    pub(super) fn new() -> Self {
        Scheduler { slots: Vec::new(), free: NONE, queue: VecDeque::new() }
    }

    /// Makes a slot for a task whose first step is about to run.
    pub(super) fn insert(&mut self, outer: Option<Arc<ErrorContext>>) -> SlotId {
        self.occupy(Occupant::Running, outer)
    }

    /// Makes a slot for a future that is polled in place, and queues it for its first poll.
    pub(super) fn insert_root(&mut self, outer: Option<Arc<ErrorContext>>) -> SlotId {
        let slot = self.occupy(Occupant::Root, outer);
        self.schedule(slot);
        slot
    }

    fn occupy(&mut self, occupant: Occupant, outer: Option<Arc<ErrorContext>>) -> SlotId {
        let index = self.free;
        if index == NONE {
            // 2^32 slots would be more than 100 GB of slots alone.
            let index = u32::try_from(self.slots.len()).expect("fewer than 2^32 tasks");
            self.slots.push(TaskSlot::new(occupant, outer));
            return SlotId { index, generation: 0 };
        }
        let slot = &mut self.slots[index as usize];
        if let Occupant::Free { next } = slot.occupant {
            self.free = next;
        }
        *slot = TaskSlot { uses: slot.uses, ..TaskSlot::new(occupant, outer) };
        SlotId { index, generation: slot.generation() }
    }

    /// Queues a slot, once. Every wake on the loop's own thread comes here.
    #[inline]
    pub(super) fn schedule(&mut self, id: SlotId) {
        if let Some(slot) = self.slot(id) {
            if !slot.scheduled {
                slot.scheduled = true;
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

    /// Takes the next job from the queue, and its task out of the slot.
    pub(super) fn next(&mut self) -> Option<Work> {
        let id = match self.queue.pop_front()? {
            Job::Callback(callback) => return Some(Work::Callback(callback)),
            Job::Task(id) => id,
        };
        let Some(slot) = self.slot(id) else { return Some(Work::Nothing) };
        slot.scheduled = false;
        Some(match mem::replace(&mut slot.occupant, Occupant::Running) {
            Occupant::Idle(task) => Work::Task(id, task, slot.has_injection),
            Occupant::Root => {
                slot.occupant = Occupant::RootRunning;
                Work::Root(slot.has_injection)
            }
            other => {
                slot.occupant = other;
                Work::Nothing
            }
        })
    }

    /// Puts a suspended task back into its slot. Gives the task back if it has no slot any more,
    /// because its own step has closed the loop.
    pub(super) fn put_back(&mut self, id: SlotId, task: TaskRef) -> Option<TaskRef> {
        match self.slot(id) {
            Some(slot) => {
                slot.occupant = Occupant::Idle(task);
                None
            }
            None => Some(task),
        }
    }

    pub(super) fn put_back_root(&mut self, id: SlotId) {
        if let Some(slot) = self.slot(id) {
            slot.occupant = Occupant::Root;
        }
    }

    /// Frees a slot whose occupant has ended. Wakers that still name it do nothing from now on.
    #[must_use = "the context may hold errors"]
    pub(super) fn release(&mut self, id: SlotId) -> Option<SlotContext> {
        let next = self.free;
        let slot = self.slot(id)?;
        slot.uses = slot.uses.wrapping_add(1);
        slot.scheduled = false;
        slot.has_injection = false;
        slot.occupant = Occupant::Free { next };
        let context = mem::replace(&mut slot.context, SlotContext::Outer(None));
        self.free = id.index;
        Some(context)
    }

    /// Empties the scheduler for good. Returns the suspended tasks, all contexts, and the queued
    /// callbacks.
    pub(super) fn clear(&mut self) -> (Vec<(Option<TaskRef>, SlotContext)>, Vec<QueuedCallback>) {
        self.free = NONE;
        let tasks = mem::take(&mut self.slots).into_iter().filter_map(|slot| match slot.occupant {
            Occupant::Free { .. } => None,
            Occupant::Idle(task) => Some((Some(task), slot.context)),
            Occupant::Running | Occupant::Root | Occupant::RootRunning => Some((None, slot.context)),
        });
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
        match mem::replace(&mut slot.occupant, Occupant::Running) {
            Occupant::Idle(task) => Some((id, task)),
            other => {
                slot.occupant = other;
                None
            }
        }
    }

    /// Has `waker` woken at the end of a suspended task. Gives back the waker that this replaces,
    /// or `waker` itself if the task has ended.
    pub(super) fn wake_at_end(&mut self, task: TaskId, waker: Waker) -> Option<Waker> {
        match self.slot_of(task) {
            Some((_, TaskSlot { occupant: Occupant::Idle(task), .. })) => task.wake_at_end(waker),
            _ => Some(waker),
        }
    }

    pub(super) fn tasks(&self, loop_id: LoopId) -> Vec<TaskId> {
        let slots = self.slots.iter().zip(0..);
        let tasks = slots.filter(|(slot, _)| matches!(slot.occupant, Occupant::Idle(_) | Occupant::Running));
        tasks.map(|(slot, index)| TaskId { loop_id, index, uses: slot.uses }).collect()
    }

    pub(super) fn task_in(&self, loop_id: LoopId, slot: SlotId) -> TaskId {
        TaskId { loop_id, index: slot.index, uses: self.slots[slot.index as usize].uses }
    }

    pub(super) fn slot_of(&mut self, task: TaskId) -> Option<(SlotId, &mut TaskSlot)> {
        let slot = self.slots.get_mut(task.index as usize)?;
        let id = SlotId { index: task.index, generation: slot.generation() };
        (slot.is_occupied() && slot.uses == task.uses).then_some((id, slot))
    }

    pub(super) fn slot(&mut self, id: SlotId) -> Option<&mut TaskSlot> {
        let slot = self.slots.get_mut(id.index as usize)?;
        (slot.is_occupied() && slot.generation() == id.generation).then_some(slot)
    }
}
