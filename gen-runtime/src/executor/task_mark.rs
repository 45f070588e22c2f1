//! [`TaskMark`]: the task that was polled at some time, in two words.
//!
//! It costs less than a [`TaskTag`], which has the number of all uses of a slot. So it is for those
//! that note a task often, and are seldom asked for it.

use super::ids::{LoopId, SlotId, TaskId};
use crate::inject::question::TaskTag;

/// It names a task of a loop until the slot has been used 65,536 times more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TaskMark {
    /// The id of a loop, or one of the two constants.
    home: u64,
    /// The bits of a slot, or the address of a task on a foreign executor.
    place: u64,
}

const OUTSIDE: u64 = 0;
const HOSTED: u64 = u64::MAX;

impl TaskMark {
    /// Outside of all tasks.
    pub(crate) const OUTSIDE: Self = TaskMark { home: OUTSIDE, place: 0 };

    #[inline]
    pub(super) fn of_loop(loop_id: LoopId, slot: SlotId) -> Self {
        TaskMark { home: loop_id.to_bits(), place: slot.to_bits() }
    }

    pub(super) fn of_hosted(tag: TaskTag) -> Self {
        match tag {
            TaskTag::Hosted(address) => TaskMark { home: HOSTED, place: address as u64 },
            TaskTag::OnLoop(..) => Self::OUTSIDE,
        }
    }

    /// Returns the task as others wait for it; `None` outside of all tasks. `find` finds the task
    /// in a slot; if it does not, the tag is that of no task.
    pub(super) fn tag(self, find: impl FnOnce(SlotId, LoopId) -> Option<TaskId>) -> Option<TaskTag> {
        match self.home {
            HOSTED => Some(TaskTag::Hosted(self.place as usize)),
            home => {
                let loop_id = LoopId::from_bits(home)?;
                let none = TaskTag::OnLoop(loop_id.serial(), u64::MAX);
                Some(find(SlotId::from_bits(self.place), loop_id).map_or(none, TaskId::tag))
            }
        }
    }
}
