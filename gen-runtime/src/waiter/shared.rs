//! `Shared`: owners of one block, as with `Arc`, which let go of it at less cost.
//!
//! A registration of a key has two owners when it is made, and the place that takes its value has
//! the last two. `Arc` would count the second one up, and each of the last two down, and then ask
//! whether there are weak owners.
//!
//! | event | the count |
//! |---|---|
//! | [`pair`](Shared::pair) | two, without a step from one to two |
//! | an owner is cloned | one more |
//! | two owners that one place has are [joined](Shared::join) | one less; a plain store if there is no other owner |
//! | an owner is dropped, and not the last | one less |
//! | the last owner is dropped | the block is freed; the count is only read |
//!
//! There are no weak owners. So an owner that is [alone](Shared::get_mut) has the content for
//! itself.
//!
//! # Safety
//!
//! The unsafe code of these owners is in this file. The invariants:
//!
//! 1. Each owner is counted from its making until its drop, and the block is freed by the drop that
//!    finds or makes the count zero. So an owner's block exists.
//! 2. Only an owner makes another owner. So as long as one place has all owners that are counted,
//!    no other place uses the block or changes the count.
//! 3. Taking a count away releases what its owner has done. Every look at the count that may find
//!    that there is no other owner acquires it. So what follows comes after every other use.

use std::marker::PhantomData;
use std::ops::Deref;
use std::process::abort;
use std::ptr::{self, NonNull};

use crate::shims::{AtomicUsize, Ordering};

/// One of the owners.
pub(crate) struct Shared<B: Counted + ?Sized> {
    block: NonNull<B>,
    owned: PhantomData<B>,
}

/// A block that has the number of its owners. The number is a field of the block, and not in front
/// of it, because the place of a trait object behind a field is computed at each access.
///
/// # Safety
///
/// `owners` returns the same field in every call, which nothing else uses.
pub(crate) unsafe trait Counted {
    fn owners(&self) -> &Owners;
}

/// The number of the owners of a block.
pub(crate) struct Owners(AtomicUsize);

impl Owners {
    /// Those of a block that is not owned yet: the first owners are a [pair](Shared::pair).
    pub(crate) fn pair() -> Self {
        Owners(AtomicUsize::new(2))
    }
}

/// More owners than this can only be those of a leak.
const AT_MOST: usize = usize::MAX / 2;

// SAFETY: as for an `Arc`: owners on several threads share the content, and any of them may be the
// one that drops it.
unsafe impl<B: Counted + ?Sized + Send + Sync> Send for Shared<B> {}
// SAFETY: as above.
unsafe impl<B: Counted + ?Sized + Send + Sync> Sync for Shared<B> {}

// An owner is only a pointer, and the block stays where it is.
impl<B: Counted + ?Sized> Unpin for Shared<B> {}

impl<B: Counted + ?Sized> Shared<B> {
    /// The first two owners.
    #[inline]
    pub(crate) fn pair(block: Box<B>) -> (Self, Self) {
        let block = NonNull::from(Box::leak(block));
        (Shared { block, owned: PhantomData }, Shared { block, owned: PhantomData })
    }

    fn count(&self) -> &AtomicUsize {
        &(**self).owners().0
    }

    /// Gives up one of two owners of the same block.
    #[inline]
    pub(crate) fn join(self, other: Self) -> Self {
        assert!(ptr::addr_eq(self.block.as_ptr(), other.block.as_ptr()), "they own the same block");
        let owners = self.count();
        if owners.load(Ordering::Acquire) == 2 {
            // No other place has an owner (2), so nothing is lost by a plain store.
            owners.store(1, Ordering::Relaxed);
            std::mem::forget(other);
        }
        self
    }

    /// The content, if this is the only owner.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> Option<&mut B> {
        if self.count().load(Ordering::Acquire) != 1 {
            return None;
        }
        // SAFETY: there is no other owner, and there will be none while this one is borrowed (2).
        // Every use by another one came before (3).
        Some(unsafe { self.block.as_mut() })
    }
}

impl<B: Counted + ?Sized> Clone for Shared<B> {
    #[inline]
    fn clone(&self) -> Self {
        // Relaxed, since this owner keeps the block, and the new one comes from it.
        if self.count().fetch_add(1, Ordering::Relaxed) > AT_MOST {
            abort();
        }
        Shared { block: self.block, owned: PhantomData }
    }
}

impl<B: Counted + ?Sized> Drop for Shared<B> {
    #[inline]
    fn drop(&mut self) {
        let owners = self.count();
        // There is no other owner, and will be none (2): no other thread has to see the count.
        let is_alone = owners.load(Ordering::Acquire) == 1;
        if is_alone || owners.fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: this was the last owner (1), and every use by another one came before (3).
            unsafe { free(self.block) };
        }
    }
}

/// Apart, so that the drop of an owner that is not the last one is short.
///
/// # Safety
///
/// The block has no owner any more, and is not used again.
#[inline(never)]
unsafe fn free<B: ?Sized>(block: NonNull<B>) {
    // SAFETY: by the caller. The block was a box at first, in `pair`.
    drop(unsafe { Box::from_raw(block.as_ptr()) });
}

impl<B: Counted + ?Sized> Deref for Shared<B> {
    type Target = B;

    #[inline]
    fn deref(&self) -> &B {
        // SAFETY: the block exists while the owner does (1), and is only shared.
        unsafe { self.block.as_ref() }
    }
}
