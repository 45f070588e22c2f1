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
//!
//! # Pointers of 32 bits
//!
//! A data word of 32 bits has no room for the name. With fewer bits for the generation, old wakers
//! would fit again after a few hundred uses of a slot. So there each poll puts the name into an
//! [`Arc`], which all clones of its waker share. The polls work the same otherwise, but cost an
//! allocation each, and `will_wake` does not recognise the waker of an earlier poll. A loop cannot
//! tell such a waker from those of others, so a task that a callback spawns, and that waits for a
//! callable in its first step, is woken once more than it need be (`callable_wait.rs`). An `Arc`
//! has an address of its own as long as it lives, so the waker of a poll has an identity, as
//! `inject/in_flight.rs` requires.

use std::task::{Context, Waker};

use super::ids::{LoopName, SlotId};
use super::{current, registry};

#[cfg(not(target_pointer_width = "64"))]
use self::shared::waker;
#[cfg(target_pointer_width = "64")]
use self::word::waker;

/// Calls `poll` with the context of the occupant of `slot` in the loop `name`.
#[inline]
pub(super) fn with_context<R>(name: LoopName, slot: SlotId, poll: impl FnOnce(&mut Context<'_>) -> R) -> R {
    #[cfg(target_pointer_width = "64")]
    // A waker that is a word has nothing to drop.
    let waker = std::mem::ManuallyDrop::new(waker(name, slot));
    #[cfg(not(target_pointer_width = "64"))]
    let waker = waker(name, slot);
    poll(&mut Context::from_waker(&waker))
}

/// Whether it is the waker of a poll of a loop. Never so where such a waker is an `Arc`.
pub(super) fn names_a_slot(waker: &Waker) -> bool {
    #[cfg(target_pointer_width = "64")]
    return word::is_name(waker);
    #[cfg(not(target_pointer_width = "64"))]
    {
        let _ = waker;
        false
    }
}

/// Wakes a slot: directly and without an atomic if its loop runs on this thread, else through the
/// inbox of the loop.
#[inline]
fn wake_named(name: LoopName, slot: SlotId) {
    if !current::schedule(name, slot) {
        wake_elsewhere(name, slot);
    }
}

#[cold]
fn wake_elsewhere(name: LoopName, slot: SlotId) {
    registry::wake(name, slot);
}

/// The name is the data word.
#[cfg(target_pointer_width = "64")]
mod word {
    use std::ptr;
    use std::task::{RawWaker, RawWakerVTable, Waker};

    use super::{LoopName, SlotId};

    /// Makes the waker of the occupant of `slot` in the loop `name`.
    pub(crate) fn waker(name: LoopName, slot: SlotId) -> Waker {
        // SAFETY: the contract of a `RawWaker` demands that its functions are thread-safe, and that
        // clone, wake and drop manage the resources of the data word. The data word is an integer,
        // which has no resources, and `wake` may run on any thread.
        unsafe { Waker::new(encode(name, slot), &VTABLE) }
    }

    /// Whether it was made by [`waker`], or is a clone of such a waker.
    pub(super) fn is_name(waker: &Waker) -> bool {
        ptr::eq(waker.vtable(), &VTABLE)
    }

    static VTABLE: RawWakerVTable = RawWakerVTable::new(copy, wake, wake, forget);

    fn copy(name: *const ()) -> RawWaker {
        RawWaker::new(name, &VTABLE)
    }

    fn forget(_: *const ()) {}

    fn wake(name: *const ()) {
        let (name, slot) = decode(name);
        super::wake_named(name, slot);
    }

    pub(super) fn encode(name: LoopName, slot: SlotId) -> *const () {
        ptr::without_provenance((name.0 as usize) << 48 | slot.to_bits() as usize)
    }

    /// The casts cut off the bits that belong to the other parts.
    pub(super) fn decode(name: *const ()) -> (LoopName, SlotId) {
        let bits = name.addr();
        (LoopName((bits >> 48) as u16), SlotId::from_bits(bits as u64))
    }
}

/// The clones of a waker share the name.
#[cfg(any(test, not(target_pointer_width = "64")))]
mod shared {
    use std::sync::Arc;
    use std::task::{Wake, Waker};

    use super::{LoopName, SlotId};

    /// Makes a waker of the occupant of `slot` in the loop `name`.
    pub(crate) fn waker(name: LoopName, slot: SlotId) -> Waker {
        Waker::from(Arc::new(SharedName { name, slot }))
    }

    struct SharedName {
        name: LoopName,
        slot: SlotId,
    }

    impl Wake for SharedName {
        fn wake(self: Arc<Self>) {
            self.wake_by_ref();
        }

        fn wake_by_ref(self: &Arc<Self>) {
            super::wake_named(self.name, self.slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Waker;

    use super::super::inbox::{Mail, Shared};
    use super::*;

    /// The wakers of this target, and those of a target with pointers of 32 bits.
    const KINDS: [fn(LoopName, SlotId) -> Waker; 2] = [waker, shared::waker];

    /// Reads the one wake that is in the inbox.
    fn woken(shared: &Shared) -> SlotId {
        match <[Mail; 1]>::try_from(shared.drain()) {
            Ok([Mail::Wake(slot)]) => slot,
            _ => panic!("not one wake"),
        }
    }

    #[test]
    fn a_waker_and_its_clones_wake_the_slot_that_they_name() {
        let inbox = Arc::new(Shared::default());
        let id = registry::add(&inbox);
        let slot = SlotId { index: 7, generation: 0x8001 };
        for waker in KINDS {
            let waker = waker(id.name(), slot);
            let clone = waker.clone();
            clone.wake();
            assert_eq!(woken(&inbox), slot);
            waker.wake_by_ref();
            assert_eq!(woken(&inbox), slot);
            waker.wake();
            assert_eq!(woken(&inbox), slot);
        }
        registry::remove(id);
        KINDS.iter().for_each(|waker| waker(id.name(), slot).wake());
        assert!(!inbox.has_mail(), "the loop of that name is gone");
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_name_keeps_all_its_parts() {
        for (name, index, generation) in
            [(0, 0, 0), (u16::MAX, u32::MAX, u16::MAX), (1, 2, 3), (0x8000, 0x8000_0000, 0x8000)]
        {
            let (name, slot) = (LoopName(name), SlotId { index, generation });
            assert_eq!(word::decode(word::encode(name, slot)), (name, slot));
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn wakers_of_one_slot_are_known_to_wake_the_same_task() {
        let slot = SlotId { index: 7, generation: 1 };
        let one = waker(LoopName(3), slot);
        assert!(one.will_wake(&one.clone()));
        assert!(one.will_wake(&waker(LoopName(3), slot)));
        assert!(!one.will_wake(&waker(LoopName(3), SlotId { index: 7, generation: 2 })));
        assert!(!one.will_wake(&waker(LoopName(4), slot)));
    }

    /// An injection is addressed to the waker of its poll. A poll may run in the middle of another.
    #[test]
    fn wakers_of_two_polls_at_a_time_have_different_identities() {
        let outer = shared::waker(LoopName(3), SlotId { index: 7, generation: 1 });
        let inner = shared::waker(LoopName(3), SlotId { index: 8, generation: 1 });
        assert_ne!(outer.data(), inner.data());
        assert!(outer.will_wake(&outer.clone()) && !outer.will_wake(&inner));
    }
}
