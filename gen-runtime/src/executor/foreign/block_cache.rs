//! The memory of tasks: blocks that this thread has freed, for its next tasks.
//!
//! A task of tokio is aligned to a cache line or two, and the allocator of glibc serves such a
//! request by splitting a larger one. If another small block is allocated and freed beside each of
//! them, its free lists are merged and split again and again, which costs more than all atomic
//! operations of a task. So a thread keeps the blocks of its last tasks.
//!
//! 1. A block of a class was allocated by [`allocate`] with the layout of the class, and has no
//!    other user: [`free`] was promised so.
//! 2. The first word of a kept block points to the next kept block of the class, or is null.
//! 3. A class keeps at most [`KEPT`] bytes of blocks, and a thread [`CLASSES`] times as much. They
//!    are freed at the end of the thread. After that the thread keeps none.
//!
//! Under the address sanitizer, which runs with `--cfg keeps_nothing`, and in the models of loom,
//! nothing is kept: so they see each use of memory after its end, and each block that is leaked.

use std::alloc::{handle_alloc_error, Layout};
use std::cell::Cell;
use std::ptr::{self, NonNull};

use crate::shims::{alloc, dealloc};

/// The sizes of the classes are the multiples of this one.
const STEP: usize = 64;
const CLASSES: usize = 8;
/// Larger ones are rare.
const ALIGN: usize = 16;
/// So a class keeps the blocks of a hundred tasks that are not large. Those of a larger burst are
/// freed.
const KEPT: usize = 24 * 1024;

/// The blocks of one class.
struct Class {
    first: Cell<*mut u8>,
    bytes: Cell<usize>,
}

struct Cache([Class; CLASSES]);

thread_local! {
    static CACHE: Cache =
        const { Cache([const { Class { first: Cell::new(ptr::null_mut()), bytes: Cell::new(0) } }; CLASSES]) };
}

/// Returns the index of the class with blocks for `layout`.
fn class_of(layout: Layout) -> Option<usize> {
    let class = layout.size().wrapping_sub(1) / STEP;
    (class < CLASSES && layout.align() <= ALIGN).then_some(class)
}

fn layout_of(class: usize) -> Layout {
    // The size is not zero, and the alignment is a power of two.
    Layout::from_size_align((class + 1) * STEP, ALIGN).expect("a valid layout")
}

/// Allocates memory for a task.
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    let class = class_of(layout);
    if let Some(block) = class
        .and_then(|class| CACHE.try_with(|cache| cache.0[class].pop(layout_of(class).size())).ok().flatten())
    {
        return block;
    }
    let layout = class.map_or(layout, layout_of);
    assert!(layout.size() > 0, "a task has a header");
    // SAFETY: the size is not zero.
    let block = unsafe { alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Frees memory of `allocate`.
///
/// # Safety
///
/// `block` comes from `allocate` with the same layout, and is not used any more.
pub(super) unsafe fn free(block: NonNull<u8>, layout: Layout) {
    let class = class_of(layout);
    if let Some(class) = class {
        let is_kept = |cache: &Cache| {
            // SAFETY: the block is of this class, and is not used any more (1).
            unsafe { cache.0[class].push(block, layout_of(class).size()) }
        };
        if !cfg!(any(loom, keeps_nothing)) && CACHE.try_with(is_kept).unwrap_or(false) {
            return;
        }
    }
    // SAFETY: it was allocated with this layout, which depends only on that of the caller.
    unsafe { dealloc(block.as_ptr(), class.map_or(layout, layout_of)) };
}

impl Class {
    /// Takes a block of `size` bytes, which is that of the class.
    fn pop(&self, size: usize) -> Option<NonNull<u8>> {
        let block = NonNull::new(self.first.get())?;
        // SAFETY: the first word of a kept block is the pointer to the next one (2). It is aligned,
        // because the block is.
        self.first.set(unsafe { block.cast::<*mut u8>().read() });
        self.bytes.set(self.bytes.get() - size);
        Some(block)
    }

    /// Keeps a block of `size` bytes, and returns whether it does.
    ///
    /// # Safety
    ///
    /// The block is of this class, and is not used any more.
    unsafe fn push(&self, block: NonNull<u8>, size: usize) -> bool {
        let bytes = self.bytes.get() + size;
        if bytes > KEPT {
            return false;
        }
        // SAFETY: the block is not used any more, has room for a word, and is aligned for it.
        unsafe { block.cast::<*mut u8>().write(self.first.get()) };
        self.first.set(block.as_ptr());
        self.bytes.set(bytes);
        true
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        for (class, blocks) in self.0.iter().enumerate() {
            while let Some(block) = blocks.pop(layout_of(class).size()) {
                // SAFETY: it was allocated with this layout (1), and is not used.
                unsafe { dealloc(block.as_ptr(), layout_of(class)) };
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn class() -> Class {
        Class { first: Cell::new(ptr::null_mut()), bytes: Cell::new(0) }
    }

    #[test]
    fn a_class_gives_back_what_it_keeps_and_refuses_more() {
        let (class, size) = (class(), layout_of(CLASSES - 1).size());
        let most = KEPT / size;
        assert_eq!(class.pop(size), None);
        let blocks: Vec<_> = (0..=most).map(|_| allocate(layout_of(CLASSES - 1))).collect();
        // SAFETY: the blocks are not used.
        let kept: Vec<_> = blocks.iter().map(|block| unsafe { class.push(*block, size) }).collect();
        assert_eq!(kept.iter().filter(|kept| **kept).count(), most);
        assert!(!kept[most]);
        let mut left: Vec<_> = std::iter::from_fn(|| class.pop(size)).collect();
        left.reverse();
        assert_eq!(left, blocks[..most]);
        for block in blocks {
            // SAFETY: they come from `allocate`, and are not used.
            unsafe { free(block, layout_of(CLASSES - 1)) };
        }
    }

    #[test]
    fn a_block_of_a_class_has_room_for_each_layout_of_the_class() {
        for size in 1..=CLASSES * STEP + 1 {
            let layout = Layout::from_size_align(size, 8).unwrap();
            match class_of(layout) {
                Some(class) => assert!((size..size + STEP).contains(&layout_of(class).size()), "{size}"),
                None => assert_eq!(size, CLASSES * STEP + 1),
            }
        }
        assert_eq!(class_of(Layout::from_size_align(64, 32).unwrap()), None);
        assert_eq!(class_of(Layout::from_size_align(0, 1).unwrap()), None);
    }
}
