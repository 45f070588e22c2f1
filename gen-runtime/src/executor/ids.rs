//! The names of loops, slots, tasks and timers.
//!
//! | name | what it names | fits again |
//! |---|---|---|
//! | [`LoopId`] | a loop of the process | never |
//! | [`LoopName`] | a loop among those that are alive | after 65,536 loops |
//! | [`SlotId`] | a slot of a loop, in one of its uses | after 65,536 uses of the slot |
//! | [`TaskId`] | a task | after 2^32 uses of its slot |
//! | [`TimerKey`] | a timer | never |

use std::num::NonZeroU64;

use crate::inject::question::TaskTag;

/// The name of a loop that no other loop of the process has or had.
///
/// The low bits are the [`LoopName`]. The others count the loops that were made before this one:
/// making 2^48 of them would take years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LoopId(NonZeroU64);

impl LoopId {
    /// The id of no loop, for timers that belong to none.
    #[cfg(all(feature = "tokio", not(loom)))]
    pub(crate) const NONE: LoopId = LoopId(NonZeroU64::MAX);

    pub(crate) fn new(serial: u64, name: LoopName) -> Self {
        // The serial number is kept one higher, so that no id is 0.
        LoopId(NonZeroU64::new((serial + 1) << 16 | u64::from(name.0)).unwrap_or(NonZeroU64::MAX))
    }

    pub(super) fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// `None` for 0, which is no id.
    pub(super) fn from_bits(bits: u64) -> Option<Self> {
        NonZeroU64::new(bits).map(LoopId)
    }

    /// The cast cuts off the serial number.
    pub(crate) fn name(self) -> LoopName {
        LoopName(self.0.get() as u16)
    }

    /// Returns the number of loops that the process made before this one.
    pub(crate) fn serial(self) -> u64 {
        (self.0.get() >> 16) - 1
    }
}

/// The name of a loop among those that are alive: the part of its id that a waker has room for.
///
/// Names are given out in turn, so that the name of a closed loop is used again as late as
/// possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LoopName(pub(crate) u16);

/// The name of a slot of a loop, in one of its uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotId {
    pub(crate) index: u32,
    pub(crate) generation: u16,
}

impl SlotId {
    /// The index in the low 32 bits, and the generation in the 16 bits above.
    pub(super) fn to_bits(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    /// The casts cut off the bits that belong to other parts.
    pub(super) fn from_bits(bits: u64) -> Self {
        SlotId { index: bits as u32, generation: (bits >> 32) as u16 }
    }
}

/// The name of a task. It lasts longer than a [`SlotId`], which fits another task after 65,536 uses
/// of the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TaskId {
    pub(crate) loop_id: LoopId,
    pub(super) index: u32,
    pub(super) uses: u32,
}

impl TaskId {
    /// The slot in which the task is. The cast cuts off the bits that a waker has no room for.
    pub(crate) fn slot(self) -> SlotId {
        SlotId { index: self.index, generation: self.uses as u16 }
    }

    /// The task as others wait for it.
    pub(crate) fn tag(self) -> TaskTag {
        TaskTag::OnLoop(self.loop_id.serial(), u64::from(self.uses) << 32 | u64::from(self.index))
    }

    /// The task of that tag, if it is one of that loop. The casts cut off the other part.
    pub(super) fn of_tag(tag: TaskTag, loop_id: LoopId) -> Option<Self> {
        match tag {
            TaskTag::OnLoop(serial, name) if serial == loop_id.serial() => {
                Some(TaskId { loop_id, index: name as u32, uses: (name >> 32) as u32 })
            }
            _ => None,
        }
    }
}

#[cfg(all(test, loom))]
impl TaskId {
    pub(crate) fn placeholder() -> Self {
        TaskId { loop_id: LoopId::new(0, LoopName(0)), index: 0, uses: 0 }
    }
}

/// The key of a timer, from [`call_later`](crate::IoLoopHandle::call_later) to
/// [`remove_timeout`](crate::IoLoopHandle::remove_timeout).
///
/// It owns nothing. The key of a timer that has fired or was removed fits no other timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// Otherwise it would have four bytes more, and a `Sleep` eight.
#[repr(Rust, packed(4))]
pub struct TimerKey {
    pub(crate) loop_id: LoopId,
    pub(crate) index: u32,
    pub(crate) number: u64,
}

impl TimerKey {
    /// Makes a key that fits no timer.
    pub(crate) fn stale(loop_id: LoopId, number: u64) -> Self {
        TimerKey { loop_id, index: u32::MAX, number }
    }

    /// Whether it is the key of a timer of that loop.
    #[inline]
    pub(crate) fn is_of(self, id: LoopId) -> bool {
        let own = self.loop_id;
        own == id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_serial_number_and_its_name() {
        for (serial, name) in [(0, 0), (1, 1), (65_536, 0), (65_537, 9), ((1 << 48) - 2, u16::MAX)] {
            let id = LoopId::new(serial, LoopName(name));
            assert_eq!((id.serial(), id.name()), (serial, LoopName(name)));
        }
    }
}
