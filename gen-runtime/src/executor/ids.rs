//! The names of loops, slots, tasks and timers.
//!
//! | name | names | fits again |
//! |---|---|---|
//! | [`LoopId`] | a loop of the process | never |
//! | [`LoopName`] | a loop among those that live: the part of its id that a waker has room for | after 65,536 loops |
//! | [`SlotId`] | a slot of a loop, in one of its uses | after 65,536 uses of the slot |
//! | [`TaskId`] | a task | after 2^32 uses of its slot |
//! | [`TimerKey`] | a timer | never |

/// Names a loop for good: no other loop of the process has this id, or had it.
///
/// The low bits are the loop's name, the others count the loops that were made before it. 2^48 of them take
/// years to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LoopId(u64);

impl LoopId {
    pub(crate) fn new(serial: u64, name: LoopName) -> Self {
        LoopId(serial << 16 | u64::from(name.0))
    }

    /// The cast cuts off the serial number.
    pub(crate) fn name(self) -> LoopName {
        LoopName(self.0 as u16)
    }

    /// How many loops of the process were made before this one.
    pub(crate) fn serial(self) -> u64 {
        self.0 >> 16
    }
}

/// Names a loop among those that live: the part of its id that a waker has room for. Given out in turn, so
/// that the name of a closed loop comes back as late as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LoopName(pub(crate) u16);

/// Names a slot of a loop, in one of its uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotId {
    pub(crate) index: u32,
    pub(crate) generation: u16,
}

/// Names a task for good: where a [`SlotId`] would name a later task again, in its 65,536th use, this does not
/// before the 2^32nd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TaskId {
    pub(crate) loop_id: LoopId,
    pub(super) index: u32,
    pub(super) uses: u32,
}

#[cfg(all(test, loom))]
impl TaskId {
    pub(crate) fn of_nobody() -> Self {
        TaskId { loop_id: LoopId::new(0, LoopName(0)), index: 0, uses: 0 }
    }
}

/// Names a timer: what [`call_later`](crate::IoLoopHandle::call_later) gives, for
/// [`remove_timeout`](crate::IoLoopHandle::remove_timeout).
///
/// It owns nothing. A key of a timer that has fired or was removed fits no other timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerKey {
    pub(crate) loop_id: LoopId,
    pub(crate) index: u32,
    pub(crate) number: u64,
}

impl TimerKey {
    /// A key that fits nothing.
    pub(crate) fn stale(loop_id: LoopId, number: u64) -> Self {
        TimerKey { loop_id, index: u32::MAX, number }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_serial_number_and_its_name() {
        for (serial, name) in [(0, 0), (1, 1), (65_536, 0), (65_537, 9), ((1 << 48) - 1, u16::MAX)] {
            let id = LoopId::new(serial, LoopName(name));
            assert_eq!((id.serial(), id.name()), (serial, LoopName(name)));
        }
    }
}
