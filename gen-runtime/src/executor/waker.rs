//! Wakers that are names, not owners.
//!
//! A task's waker holds no pointer: its data word is an integer that names a slot of a loop,
//!
//! ```text
//! 63        48 47        32 31                    0
//! | loop name | generation | slot index            |
//! ```
//!
//! so a clone is a copy, a drop is nothing, and there is neither a reference count nor memory to get wrong. A
//! name can outlive what it named: the generation of a slot changes when its task ends, and a waker of
//! another generation does nothing. After 65,536 reuses of a slot (or loops of a process) an old name fits
//! again; whoever kept it that long causes one needless poll, which every future must stand.
//!
//! Safety: the data word is never dereferenced, so nothing about it has to be kept alive. The only unsafe
//! call is `Waker::new`.
use std::ptr;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::{current, registry};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("gen-runtime keeps the name of a task in one pointer-sized word and needs 64-bit pointers");

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
    pub(super) fn name(self) -> LoopName {
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

/// The waker of what lives in `slot` of the loop `name`.
pub(crate) fn waker(name: LoopName, slot: SlotId) -> Waker {
    // SAFETY: the contract of a `RawWaker` asks that its functions be thread-safe and that clone, wake and
    // drop manage the resources of the data word. It is an integer: there are no resources, and `wake_named`
    // may run on any thread.
    unsafe { Waker::new(encode(name, slot), &VTABLE) }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(copy, wake_named, wake_named, forget);

fn copy(name: *const ()) -> RawWaker {
    RawWaker::new(name, &VTABLE)
}

fn forget(_: *const ()) {}

/// A loop that runs on this thread is asked directly, without an atomic; any other through its inbox.
fn wake_named(name: *const ()) {
    let (name, slot) = decode(name);
    if !current::schedule(name, slot) {
        registry::wake(name, slot);
    }
}

fn encode(name: LoopName, slot: SlotId) -> *const () {
    ptr::without_provenance((name.0 as usize) << 48 | (slot.generation as usize) << 32 | slot.index as usize)
}

/// The casts cut off the bits that belong to the other parts.
fn decode(name: *const ()) -> (LoopName, SlotId) {
    let bits = name.addr();
    (LoopName((bits >> 48) as u16), SlotId { index: bits as u32, generation: (bits >> 32) as u16 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_all_its_parts() {
        for (name, index, generation) in
            [(0, 0, 0), (u16::MAX, u32::MAX, u16::MAX), (1, 2, 3), (0x8000, 0x8000_0000, 0x8000)]
        {
            let (name, slot) = (LoopName(name), SlotId { index, generation });
            assert_eq!(decode(encode(name, slot)), (name, slot));
        }
    }

    #[test]
    fn an_id_keeps_its_serial_number_and_its_name() {
        for (serial, name) in [(0, 0), (1, 1), (65_536, 0), (65_537, 9), ((1 << 48) - 1, u16::MAX)] {
            let id = LoopId::new(serial, LoopName(name));
            assert_eq!((id.serial(), id.name()), (serial, LoopName(name)));
        }
    }

    #[test]
    fn wakers_of_one_slot_are_known_to_wake_the_same_task() {
        let slot = SlotId { index: 7, generation: 1 };
        let one = waker(LoopName(3), slot);
        assert!(one.will_wake(&one.clone()));
        assert!(one.will_wake(&waker(LoopName(3), slot)));
        assert!(!one.will_wake(&waker(LoopName(3), SlotId { index: 7, generation: 2 })));
        assert!(!one.will_wake(&waker(LoopName(4), slot)));
    }
}
