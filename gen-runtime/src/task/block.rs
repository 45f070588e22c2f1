//! The memory of the tasks of loops.
//!
//! Blocks that are freed are kept for the next tasks of the same size, on the thread that frees
//! them. A thread keeps at most [`KEPT`] bytes, and gives all back when it closes a loop.
//!
//! # Invariants
//!
//! 1. A block in a list is from `alloc` with the layout of the list's class, and nothing uses it.
//! 2. The lists of a thread are used only by that thread, in functions that call no other code.
//! 3. The class of a type depends only on its layout. So a block goes back to a list of the layout
//!    with which it was allocated.

use std::alloc::{handle_alloc_error, Layout};
use std::cell::Cell;
use std::ptr::{self, NonNull};

use crate::shims::{alloc, dealloc};

/// The bytes that a thread keeps.
const KEPT: usize = 32 * 1024;

/// Larger blocks are not kept, so that a few of them do not use up all that a thread may keep.
const LARGEST: usize = 1024;

/// The sizes of the blocks in a list differ by less than this. It is also their alignment, which
/// serves most bodies: on many systems of 32 bits a `u64` needs more than a pointer.
const STEP: usize =
    if align_of::<u64>() > align_of::<usize>() { align_of::<u64>() } else { align_of::<usize>() };

const CLASSES: usize = LARGEST / STEP + 1;

/// A block in a list.
struct Free {
    next: *mut Free,
}

struct Lists {
    first: [Cell<*mut Free>; CLASSES],
    bytes: Cell<usize>,
}

thread_local! {
    static LISTS: Lists =
        const { Lists { first: [const { Cell::new(ptr::null_mut()) }; CLASSES], bytes: Cell::new(0) } };
}

/// The layout of the blocks for a `V`, and the list in which they are kept, if they are.
const fn class_of<V>() -> (Layout, Option<usize>) {
    let layout = Layout::new::<V>();
    assert!(layout.size() >= size_of::<Free>(), "a task has a header");
    // Each block is allocated under loom and under the address sanitizer, which see who uses it.
    if cfg!(any(loom, keeps_nothing)) || layout.size() > LARGEST || layout.align() > STEP {
        return (layout, None);
    }
    // The size of a type is a multiple of its alignment, but not always of `STEP`.
    let class = layout.size().div_ceil(STEP);
    match Layout::from_size_align(class * STEP, STEP) {
        Ok(layout) => (layout, Some(class)),
        Err(_) => (layout, None),
    }
}

/// Returns memory for one `V`, which [`free`] takes back.
#[inline]
pub(super) fn allocate<V>() -> NonNull<V> {
    let (layout, class) = const { class_of::<V>() };
    if let Some(block) = class.and_then(|class| LISTS.try_with(|lists| lists.take(class)).ok().flatten()) {
        return block.cast();
    }
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc(layout) };
    NonNull::new(memory.cast()).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Takes back the memory of a `V`.
///
/// # Safety
///
/// The memory is from [`allocate`] with the same `V`, and is not used again.
#[inline]
pub(super) unsafe fn free<V>(memory: NonNull<V>) {
    let (layout, class) = const { class_of::<V>() };
    if let Some(class) = class {
        // SAFETY: the caller gives a block of that class away.
        let is_kept = LISTS.try_with(|lists| unsafe { lists.keep(class, memory.cast()) });
        // While the thread is torn down there are no lists.
        if is_kept.unwrap_or(false) {
            return;
        }
    }
    // SAFETY: the memory is from `alloc`, with the same layout (3).
    unsafe { dealloc(memory.as_ptr().cast(), layout) }
}

/// Gives the memory back that this thread keeps.
pub(crate) fn give_back() {
    let _ = LISTS.try_with(Lists::clear);
}

impl Lists {
    #[inline]
    fn take(&self, class: usize) -> Option<NonNull<Free>> {
        let first = &self.first[class];
        let block = NonNull::new(first.get())?;
        // SAFETY: the block is in the list, so it is a `Free`, and only this thread uses it (1, 2).
        first.set(unsafe { block.as_ref() }.next);
        self.bytes.set(self.bytes.get() - class * STEP);
        Some(block)
    }

    /// Keeps a block, unless there is no room for it.
    ///
    /// # Safety
    ///
    /// The block is of that class, and nothing uses it.
    #[inline]
    unsafe fn keep(&self, class: usize, block: NonNull<Free>) -> bool {
        let bytes = self.bytes.get() + class * STEP;
        if bytes > KEPT {
            return false;
        }
        self.bytes.set(bytes);
        let first = &self.first[class];
        // SAFETY: the block has room for a `Free`, and its alignment.
        unsafe { block.write(Free { next: first.get() }) };
        first.set(block.as_ptr());
        true
    }

    fn clear(&self) {
        for class in 0..CLASSES {
            while let Some(block) = self.take(class) {
                // SAFETY: the block is of this class (1), and was taken out of its list.
                unsafe {
                    dealloc(block.as_ptr().cast(), Layout::from_size_align_unchecked(class * STEP, STEP));
                }
            }
        }
    }
}

impl Drop for Lists {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(all(test, not(any(loom, keeps_nothing))))]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_used_again_by_a_type_of_the_same_size() {
        let block = allocate::<[u64; 7]>();
        // SAFETY: it is from `allocate`, as are those below.
        unsafe { free(block) };
        let again = allocate::<[u32; 14]>();
        assert_eq!(again.as_ptr().addr(), block.as_ptr().addr());
        let other = allocate::<[u64; 7]>();
        assert_ne!(other, block, "a block that is in use");
        // SAFETY: as above.
        unsafe {
            free(again);
            free(other);
        }
        give_back();
        assert_eq!(LISTS.with(|lists| lists.bytes.get()), 0);
    }

    #[test]
    fn a_thread_keeps_no_more_than_it_may() {
        let blocks: Vec<_> = (0..KEPT).map(|_| allocate::<[u64; 8]>()).collect();
        // SAFETY: they are from `allocate`.
        blocks.into_iter().for_each(|block| unsafe { free(block) });
        assert_eq!(LISTS.with(|lists| lists.bytes.get()), KEPT);
        give_back();
    }

    #[test]
    fn blocks_that_are_large_or_aligned_are_not_kept() {
        #[repr(align(64))]
        struct Aligned {
            _words: [u64; 8],
        }
        let (large, aligned) = (allocate::<[u8; LARGEST + 1]>(), allocate::<Aligned>());
        assert_eq!(aligned.as_ptr().addr() % 64, 0);
        // SAFETY: they are from `allocate`.
        unsafe {
            free(large);
            free(aligned);
        }
        assert_eq!(LISTS.with(|lists| lists.bytes.get()), 0);
    }
}
