//! The number of references to a block, with a part that the owner counts without atomics.
//!
//! `all` is the number of all references: one of the handle, one of each waker, one of each further
//! block to the first, and those that the owner has taken in advance: `spare` counts these, which
//! nothing uses. So on the owner's thread a clone takes a spare one, and a drop gives it back,
//! with plain loads and stores. On any other thread both change `all`.
//!
//! When the handle is dropped the owner *settles*: it gives up the spare ones. From then on its own
//! thread changes `all`, too. Until then `all` is not zero, so the owner may use the block without
//! a look at `all`.
//!
//! A block that no thread owns has no spare references.

use std::process::abort;

use crate::shims::{AtomicUsize, Cell, Ordering};

/// The number of references that the owner takes when it has no spare one.
const MORE: usize = 16;

pub(super) struct References {
    all: AtomicUsize,
    /// Used by the owner only.
    spare: Cell<usize>,
    /// Used by the owner only.
    is_settled: Cell<bool>,
}

impl References {
    /// One of the handle, and so many spare ones.
    pub(super) fn new(spare: usize) -> Self {
        References { all: AtomicUsize::new(1 + spare), spare: Cell::new(spare), is_settled: Cell::new(false) }
    }

    /// The owner takes a spare reference. Returns whether there was one.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner.
    #[inline]
    #[must_use]
    pub(super) unsafe fn take_spare(&self) -> bool {
        let spare = self.spare.get();
        if spare == 0 {
            return false;
        }
        self.spare.set(spare - 1);
        true
    }

    /// The owner gives a reference back, if it has not settled. Returns whether it did.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner. The caller holds this reference, and does not use it any
    /// more if this returns true.
    #[inline]
    #[must_use]
    pub(super) unsafe fn give_back(&self) -> bool {
        if self.is_settled.get() {
            return false;
        }
        self.spare.set(self.spare.get() + 1);
        true
    }

    /// The owner takes spare references in advance, if it has not settled.
    ///
    /// # Safety
    ///
    /// This is the thread of the owner, and the caller holds a reference.
    pub(super) unsafe fn take_more(&self) {
        if !self.is_settled.get() {
            self.add(MORE);
            self.spare.set(MORE);
        }
    }

    /// Adds a reference. The caller holds another one.
    pub(super) fn retain(&self) {
        self.add(1);
    }

    fn add(&self, more: usize) {
        if self.all.fetch_add(more, Ordering::Relaxed) > isize::MAX as usize {
            // Like `Arc`: so many references can only be leaks, and an overflow would free memory
            // that is in use.
            abort();
        }
    }

    /// Gives up a reference. Returns whether it was the last one of the block.
    ///
    /// # Safety
    ///
    /// The caller holds this reference, and does not use it any more.
    #[must_use]
    pub(super) unsafe fn release(&self) -> bool {
        self.subtract(1)
    }

    /// Gives up the reference of the handle and the spare ones. Returns whether there is no other.
    ///
    /// # Safety
    ///
    /// This is the owner, and the handle is not used any more.
    #[must_use]
    pub(super) unsafe fn settle(&self) -> bool {
        self.is_settled.set(true);
        let own = 1 + self.spare.replace(0);
        self.all.load(Ordering::Acquire) == own || self.subtract(own)
    }

    fn subtract(&self, count: usize) -> bool {
        if self.all.fetch_sub(count, Ordering::Release) != count {
            return false;
        }
        // All accesses by other threads happen before the block is freed. This is a load and not a
        // fence, because the thread sanitizer does not know fences.
        self.all.load(Ordering::Acquire);
        true
    }
}
