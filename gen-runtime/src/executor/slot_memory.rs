//! The memory of a loop's slots and jobs, which grows with the number of tasks, and shrinks again
//! after a burst.
//!
//! Wakers and tasks are named by the indices of their slots, so only slots at the end of the table
//! can go. If one of these is occupied, only the first half of the table is used from then on,
//! until the other half is free, or all are needed again.

use super::scheduler::Scheduler;
use super::task_node::Outer;
use super::task_slot::{Occupant, TaskSlot};

/// Smaller tables do not shrink.
const KEPT: usize = 256;

/// After an attempt to shrink the table that failed, so many turns pass before the next one, since
/// an attempt looks at all slots.
const BETWEEN_ATTEMPTS: u32 = 1000;

impl Scheduler {
    #[cold]
    pub(super) fn grow(&mut self, occupant: Occupant, outer: Outer) -> (u32, u32) {
        if self.usable != u32::MAX {
            self.use_all();
            return self.occupy(occupant, outer);
        }
        // 2^32 slots would be more than 100 GB of slots alone.
        let index = u32::try_from(self.slots.len()).expect("fewer than 2^32 tasks");
        if self.slots.len() == self.slots.capacity() {
            // Large tables grow by an eighth, so that little of them is unused.
            self.slots.reserve_exact((self.slots.len() / 8).max(self.slots.len().min(KEPT)).max(4));
        }
        self.slots.push(TaskSlot::new(self.first_uses, occupant, outer));
        self.live += 1;
        (index, self.first_uses)
    }

    /// Called at the end of a turn: gives memory back if most of it is unused, after a burst.
    #[inline]
    pub(super) fn shrink(&mut self) {
        if self.queue.capacity() > KEPT && self.jobs_to_come() < self.queue.capacity() / 4 {
            self.shrink_queue();
        }
        if self.slots.len() > KEPT && self.live < self.slots.len() / 4 {
            self.shrink_table();
        }
    }

    /// How many jobs the queue should have room for. All tasks may be woken in the next turn, even
    /// if none is queued now.
    fn jobs_to_come(&self) -> usize {
        self.queue.len().max(self.live)
    }

    #[cold]
    fn shrink_queue(&mut self) {
        self.queue.shrink_to(KEPT.max(self.jobs_to_come() * 2));
    }

    #[cold]
    fn shrink_table(&mut self) {
        if self.turns_until_shrink > 0 {
            self.turns_until_shrink -= 1;
            return;
        }
        let used = self.slots.iter().rposition(TaskSlot::is_occupied).map_or(0, |last| last + 1);
        let half = self.slots.len() / 2;
        let kept = used.clamp(KEPT.min(half), half);
        self.free.retain(|&index| (index as usize) < kept);
        if used > half {
            // From now on the first slots are used, and never the second half, which becomes free.
            self.free.sort_unstable_by(|one, other| other.cmp(one));
            self.usable = half as u32;
            self.turns_until_shrink = BETWEEN_ATTEMPTS;
            return;
        }
        // No slot that is made later has a name that one of these had.
        let uses = self.slots[kept..].iter().map(|slot| slot.state().uses()).max();
        self.first_uses = self.first_uses.max(uses.unwrap_or(0));
        self.usable = u32::MAX;
        self.slots.truncate(kept);
        self.slots.shrink_to_fit();
        self.free.shrink_to_fit();
    }

    /// Uses the slots again that `shrink` wanted to give back.
    fn use_all(&mut self) {
        let unused = (self.usable..).zip(&self.slots[self.usable as usize..]);
        let free = unused.filter(|(_, slot)| !slot.is_occupied()).map(|(index, _)| index);
        self.free.extend(free);
        self.usable = u32::MAX;
    }
}
