//! One block with two sides: a sole owner, and co-owners. One side brings what the other waits for.
//!
//! It is an `Arc` with two additions. When the last owner of a side goes, it calls the content of
//! the block ([`TwoSided`]). And an owner that is the only one left frees the block without a
//! read-modify-write. So a pair of owners costs one allocation, and one read-modify-write for both
//! drops together, where two `Arc`s cost four.
//!
//! | event | the counts | what is called |
//! |---|---|---|
//! | [`two_sides`] | one sole owner, one co-owner | |
//! | a co-owner is cloned | one co-owner more | |
//! | a co-owner is dropped, and not the last | one co-owner less | |
//! | the sole owner, or the last co-owner, is dropped | first the call, then one less | `sole_owner_gone` or `co_owners_gone` |
//! | the last drop of all | as above | the block is freed, too |
//!
//! # Safety
//!
//! The unsafe code of the owners is in this file. The invariants:
//!
//! 1. Each owner is counted from its making until the end of its drop, and the block is freed by
//!    the drop that takes the last count away. So an owner's block exists.
//! 2. Only a co-owner makes another co-owner, and nothing makes another sole owner. So the count of
//!    a side that is one in the drop of an owner stays one until that drop ends; and counts that
//!    are one and zero, the owner's own being the one, stay so.
//! 3. Taking a count away releases what the owner has done, and the drop that frees has acquired
//!    that, by its last look at the counts. So the block is freed after every other use.

use std::marker::PhantomData;
use std::ops::Deref;
use std::process::abort;
use std::ptr::NonNull;

use crate::shims::{AtomicUsize, Ordering};

/// The content of a block.
pub(crate) trait TwoSided {
    /// Called in the drop of the sole owner: there is none from then on.
    ///
    /// # Safety
    ///
    /// The only call, made while nothing else uses the sole owner.
    unsafe fn sole_owner_gone(&self);

    /// Called in the drop of the last co-owner.
    ///
    /// # Safety
    ///
    /// The only call, made while there is no other co-owner, and after every use of one.
    unsafe fn co_owners_gone(&self);
}

/// The only owner of its side.
pub(crate) struct SoleOwner<B: TwoSided>(Owner<B>);

/// One of the owners of the other side. It may be cloned.
pub(crate) struct CoOwner<B: TwoSided>(Owner<B>);

/// Makes a block with an owner on each side.
pub(crate) fn two_sides<B: TwoSided>(content: B) -> (SoleOwner<B>, CoOwner<B>) {
    let block = Box::new(Block { counts: AtomicUsize::new(SOLE + CO), content });
    let block = NonNull::from(Box::leak(block));
    (SoleOwner(Owner { block, owned: PhantomData }), CoOwner(Owner { block, owned: PhantomData }))
}

struct Owner<B> {
    block: NonNull<Block<B>>,
    owned: PhantomData<Block<B>>,
}

struct Block<B> {
    /// Whether there is a sole owner, in the lowest bit; the number of the co-owners in the others.
    counts: AtomicUsize,
    content: B,
}

const SOLE: usize = 1;
const CO: usize = 2;

/// More co-owners than this can only be those of a leak.
const AT_MOST: usize = usize::MAX / CO / 2;

fn co_owners(counts: usize) -> usize {
    counts / CO
}

// SAFETY: as for an `Arc`: owners on several threads share the content, and any of them may be the
// one that drops it.
unsafe impl<B: Send + Sync> Send for Owner<B> {}
// SAFETY: as above.
unsafe impl<B: Send + Sync> Sync for Owner<B> {}

// An owner is only a pointer, and the block stays where it is.
impl<B> Unpin for Owner<B> {}

impl<B> Owner<B> {
    fn block(&self) -> &Block<B> {
        // SAFETY: the block exists while the owner does (1), and is only shared.
        unsafe { self.block.as_ref() }
    }

    /// Calls `gone`, and then takes the last count of the side away.
    #[inline]
    fn leave(&self, unit: usize, gone: impl FnOnce(&B)) {
        let last = Last { block: self.block, unit };
        gone(&self.block().content);
        drop(last);
    }
}

/// The last count of a side, which its drop takes away, also by a panic.
struct Last<B> {
    block: NonNull<Block<B>>,
    unit: usize,
}

impl<B> Drop for Last<B> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the count was not taken away yet (1).
        let counts = unsafe { &self.block.as_ref().counts };
        // There is no other owner, and will be none (2): no other thread has to see the count.
        let alone = counts.load(Ordering::Acquire) == self.unit;
        if alone || counts.fetch_sub(self.unit, Ordering::AcqRel) == self.unit {
            // SAFETY: the last count was taken away, by an owner that has not used the block since
            // (1), and after every other use (3).
            drop(unsafe { Box::from_raw(self.block.as_ptr()) });
        }
    }
}

impl<B: TwoSided> CoOwner<B> {
    /// Whether there is no other co-owner. Then there will be none while this one is borrowed, and
    /// what the others did is seen.
    #[inline]
    pub(crate) fn is_only(&mut self) -> bool {
        co_owners(self.0.block().counts.load(Ordering::Acquire)) == 1
    }

    /// Takes the count of this co-owner away, unless it is the last one. Returns whether it is.
    #[inline]
    fn is_last(&self) -> bool {
        let counts = &self.0.block().counts;
        let mut now = counts.load(Ordering::Acquire);
        while co_owners(now) > 1 {
            match counts.compare_exchange_weak(now, now - CO, Ordering::Release, Ordering::Acquire) {
                Ok(_) => return false,
                Err(other) => now = other,
            }
        }
        true
    }
}

impl<B: TwoSided> Clone for CoOwner<B> {
    #[inline]
    fn clone(&self) -> Self {
        // Relaxed, since this co-owner keeps the block, and the new one comes from it.
        let before = self.0.block().counts.fetch_add(CO, Ordering::Relaxed);
        if co_owners(before) > AT_MOST {
            abort();
        }
        CoOwner(Owner { block: self.0.block, owned: PhantomData })
    }
}

impl<B: TwoSided> Drop for SoleOwner<B> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this is the sole owner (2), and it is being dropped.
        self.0.leave(SOLE, |content| unsafe { content.sole_owner_gone() });
    }
}

impl<B: TwoSided> Drop for CoOwner<B> {
    #[inline]
    fn drop(&mut self) {
        if self.is_last() {
            // SAFETY: this is the last co-owner (2). `is_last` has acquired what the others did
            // (3).
            self.0.leave(CO, |content| unsafe { content.co_owners_gone() });
        }
    }
}

impl<B: TwoSided> Deref for SoleOwner<B> {
    type Target = B;

    #[inline]
    fn deref(&self) -> &B {
        &self.0.block().content
    }
}

impl<B: TwoSided> Deref for CoOwner<B> {
    type Target = B;

    #[inline]
    fn deref(&self) -> &B {
        &self.0.block().content
    }
}
