//! The slots of a loop, and the queue of what has to run.
//!
//! A slot is where wakers point. Its states:
//!
//! | occupant | entered by | left by |
//! |---|---|---|
//! | `Free` | the end of a task | `insert` |
//! | `Running` | `insert` (a task's first step), `next` | `put_back`, `release` |
//! | `Idle` | `put_back` | `next`, `clear` |
//! | `Root` | `insert_root` | `release` |
//!
//! `scheduled` says that a job for the slot is in the queue; it is cleared *before* the task is polled, so
//! that a wake during the poll queues it again. A job whose generation is not the slot's is stale and does
//! nothing.
//!
//! Nothing in here runs code of a user, not even a drop: what is taken out is handed to the caller.
use std::collections::VecDeque;

use super::waker::SlotId;
use crate::task::TaskRef;

/// What the queue holds.
pub(super) enum Job {
    Task(SlotId),
    Callback(Callback),
}

pub(crate) type Callback = Box<dyn FnOnce()>;

/// What the loop has to do next.
pub(super) enum Work {
    Callback(Callback),
    Task(SlotId, TaskRef),
    /// Poll the future of the blocking call that runs the loop.
    Root,
    /// The job was for a task that has ended.
    Nothing,
}

enum Occupant {
    Free { next: u32 },
    Idle(TaskRef),
    Running,
    Root,
}

struct Slot {
    generation: u16,
    scheduled: bool,
    occupant: Occupant,
}

pub(super) struct Sched {
    slots: Vec<Slot>,
    /// The first free slot, or `NONE`.
    free: u32,
    queue: VecDeque<Job>,
}

const NONE: u32 = u32::MAX;

impl Sched {
    pub(super) fn new() -> Self {
        Sched { slots: Vec::new(), free: NONE, queue: VecDeque::new() }
    }

    /// A slot for a task whose first step is about to run.
    pub(super) fn insert(&mut self) -> SlotId {
        self.occupy(Occupant::Running)
    }

    /// A slot for a future that is polled where it lies; queued for its first poll.
    pub(super) fn insert_root(&mut self) -> SlotId {
        let slot = self.occupy(Occupant::Root);
        self.schedule(slot);
        slot
    }

    fn occupy(&mut self, occupant: Occupant) -> SlotId {
        let index = self.free;
        if index == NONE {
            // 2^32 slots would be 96 GB of slots alone.
            let index = u32::try_from(self.slots.len()).expect("fewer than 2^32 tasks");
            self.slots.push(Slot { generation: 0, scheduled: false, occupant });
            return SlotId { index, generation: 0 };
        }
        let slot = &mut self.slots[index as usize];
        if let Occupant::Free { next } = slot.occupant {
            self.free = next;
        }
        slot.occupant = occupant;
        SlotId { index, generation: slot.generation }
    }

    /// Queues a slot, once.
    pub(super) fn schedule(&mut self, id: SlotId) {
        if let Some(slot) = self.slot(id) {
            if !slot.scheduled {
                slot.scheduled = true;
                self.queue.push_back(Job::Task(id));
            }
        }
    }

    pub(super) fn push_callback(&mut self, callback: Callback) {
        self.queue.push_back(Job::Callback(callback));
    }

    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Takes the next job from the queue, with the task that it is for.
    pub(super) fn next(&mut self) -> Option<Work> {
        let id = match self.queue.pop_front()? {
            Job::Callback(callback) => return Some(Work::Callback(callback)),
            Job::Task(id) => id,
        };
        let Some(slot) = self.slot(id) else { return Some(Work::Nothing) };
        slot.scheduled = false;
        Some(match std::mem::replace(&mut slot.occupant, Occupant::Running) {
            Occupant::Idle(task) => Work::Task(id, task),
            Occupant::Root => {
                slot.occupant = Occupant::Root;
                Work::Root
            }
            other => {
                slot.occupant = other;
                Work::Nothing
            }
        })
    }

    /// The task is suspended. Hands it back if the loop was closed meanwhile: it has no slot any more.
    pub(super) fn put_back(&mut self, id: SlotId, task: TaskRef) -> Option<TaskRef> {
        match self.slot(id) {
            Some(slot) => {
                slot.occupant = Occupant::Idle(task);
                None
            }
            None => Some(task),
        }
    }

    /// What was in the slot has ended: wakers that still name it do nothing from now on.
    pub(super) fn release(&mut self, id: SlotId) {
        let next = self.free;
        if let Some(slot) = self.slot(id) {
            slot.generation = slot.generation.wrapping_add(1);
            slot.scheduled = false;
            slot.occupant = Occupant::Free { next };
            self.free = id.index;
        }
    }

    /// Empties it for good: gives all suspended tasks and queued callbacks.
    pub(super) fn clear(&mut self) -> (Vec<TaskRef>, Vec<Callback>) {
        self.free = NONE;
        let tasks = std::mem::take(&mut self.slots).into_iter().filter_map(|slot| match slot.occupant {
            Occupant::Idle(task) => Some(task),
            _ => None,
        });
        let callbacks = std::mem::take(&mut self.queue).into_iter().filter_map(|job| match job {
            Job::Callback(callback) => Some(callback),
            Job::Task(_) => None,
        });
        (tasks.collect(), callbacks.collect())
    }

    fn slot(&mut self, id: SlotId) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(id.index as usize)?;
        let occupied = !matches!(slot.occupant, Occupant::Free { .. });
        (occupied && slot.generation == id.generation).then_some(slot)
    }
}
