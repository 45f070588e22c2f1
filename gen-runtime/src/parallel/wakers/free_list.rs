//! Freed blocks, kept for the next groups of their thread.
//!
//! A coroutine that yields a tuple would otherwise allocate in each call, unlike the `async fn`
//! that it replaces. So each thread keeps up to [`KEPT`] small blocks of each size, and frees them
//! at its end. A block that is freed on another thread than the one that allocated it is kept
//! there.
//!
//! # Safety
//!
//! - A list holds blocks that nothing else refers to, each allocated with the layout of its size.
//!   The first word of each is the pointer to the next one.
//! - A list is used by its thread only, and no other code runs while it is used.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::{null_mut, NonNull};
use std::thread::LocalKey;

use crate::shims::{alloc, dealloc};

/// The number of blocks that a thread keeps of each size. Loom and the address sanitizer have to
/// see each block freed.
const KEPT: u32 = if cfg!(any(loom, keeps_nothing)) { 0 } else { 32 };

const SMALL: u32 = 4;
const MEDIUM: u32 = 16;

thread_local! {
    static SMALL_BLOCKS: FreeList = const { FreeList::new() };
    static MEDIUM_BLOCKS: FreeList = const { FreeList::new() };
}

/// The number of entries of a block for `count` children.
#[inline]
pub(super) fn capacity(count: u32) -> u32 {
    if count <= SMALL {
        SMALL
    } else if count <= MEDIUM {
        MEDIUM
    } else {
        count
    }
}

/// The list of the blocks with `capacity` entries, if they are kept.
#[inline]
fn list_of(capacity: u32) -> Option<&'static LocalKey<FreeList>> {
    match capacity {
        SMALL => Some(&SMALL_BLOCKS),
        MEDIUM => Some(&MEDIUM_BLOCKS),
        _ => None,
    }
}

/// Memory for a block with `capacity` entries, which has this layout; null if there is none.
///
/// # Safety
///
/// The layout is that of the capacity, and larger than a word.
#[inline]
pub(super) unsafe fn allocate(capacity: u32, layout: Layout) -> *mut u8 {
    let kept = list_of(capacity).and_then(|list| list.try_with(FreeList::pop).ok()?);
    match kept {
        Some(block) => block.as_ptr(),
        // SAFETY: the size is not zero.
        None => unsafe { alloc(layout) },
    }
}

/// # Safety
///
/// `block` comes from [`allocate`] with the same arguments, and nothing refers to it any more.
#[inline]
pub(super) unsafe fn free(block: NonNull<u8>, capacity: u32, layout: Layout) {
    let is_kept = list_of(capacity).is_some_and(|list| {
        // SAFETY: by the caller's promise.
        list.try_with(|list| unsafe { list.push(block, layout) }).unwrap_or(false)
    });
    if !is_kept {
        // SAFETY: by the caller's promise it was allocated with this layout.
        unsafe { dealloc(block.as_ptr(), layout) };
    }
}

struct FreeList {
    first: Cell<*mut u8>,
    len: Cell<u32>,
    /// The layout of its blocks, if there are any.
    layout: Cell<Layout>,
}

impl FreeList {
    const fn new() -> Self {
        FreeList { first: Cell::new(null_mut()), len: Cell::new(0), layout: Cell::new(Layout::new::<()>()) }
    }

    fn pop(&self) -> Option<NonNull<u8>> {
        let block = NonNull::new(self.first.get())?;
        // SAFETY: the list holds a block, whose first word is the pointer to the next one.
        self.first.set(unsafe { block.cast::<*mut u8>().read() });
        self.len.set(self.len.get() - 1);
        Some(block)
    }

    /// Returns whether the block is kept.
    ///
    /// # Safety
    ///
    /// As [`free`], and all blocks of the list have this layout.
    unsafe fn push(&self, block: NonNull<u8>, layout: Layout) -> bool {
        if self.len.get() >= KEPT {
            return false;
        }
        // SAFETY: nothing refers to the block, which has room for a word and is aligned for one.
        unsafe { block.cast::<*mut u8>().write(self.first.get()) };
        self.first.set(block.as_ptr());
        self.len.set(self.len.get() + 1);
        self.layout.set(layout);
        true
    }
}

impl Drop for FreeList {
    fn drop(&mut self) {
        while let Some(block) = self.pop() {
            // SAFETY: the list owned the block, which was allocated with this layout.
            unsafe { dealloc(block.as_ptr(), self.layout.get()) };
        }
    }
}
