//! Wakers that are names, not owners.
//!
//! A task's waker holds no pointer. Its data word is an integer that names a slot of a loop,
//!
//! ```text
//! 63        48 47        32 31                    0
//! | loop name | generation | slot index            |
//! ```
//!
//! so a clone is a copy, a drop is nothing, and there is neither a reference count nor memory to
//! get wrong. A waker can outlive its task: the generation of a slot changes when its task ends,
//! and a waker of another generation does nothing. After 65,536 reuses of a slot (or loops of a
//! process) an old name fits again. A waker that was kept that long causes one needless poll, which
//! every future must tolerate.
//!
//! Safety: the data word is never dereferenced, so nothing has to be kept alive for it. The only
//! unsafe call is `Waker::new`.

use std::ptr;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::ids::{LoopName, SlotId};
use super::{current, registry};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("gen-runtime keeps the name of a task in one pointer-sized word and needs 64-bit pointers");

/// Makes the waker of the occupant of `slot` in the loop `name`.
pub(crate) fn waker(name: LoopName, slot: SlotId) -> Waker {
    // SAFETY: the contract of a `RawWaker` demands that its functions are thread-safe, and that
    // clone, wake and drop manage the resources of the data word. The data word is an integer,
    // which has no resources, and `wake_named` may run on any thread.
    unsafe { Waker::new(encode(name, slot), &VTABLE) }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(copy, wake_named, wake_named, forget);

fn copy(name: *const ()) -> RawWaker {
    RawWaker::new(name, &VTABLE)
}

fn forget(_: *const ()) {}

/// Wakes a slot: directly and without an atomic if its loop runs on this thread, else through the
/// inbox of the loop.
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
    fn wakers_of_one_slot_are_known_to_wake_the_same_task() {
        let slot = SlotId { index: 7, generation: 1 };
        let one = waker(LoopName(3), slot);
        assert!(one.will_wake(&one.clone()));
        assert!(one.will_wake(&waker(LoopName(3), slot)));
        assert!(!one.will_wake(&waker(LoopName(3), SlotId { index: 7, generation: 2 })));
        assert!(!one.will_wake(&waker(LoopName(4), slot)));
    }
}
