//! The memory of the tasks of loops.

use std::alloc::{handle_alloc_error, Layout};
use std::ptr::NonNull;

use crate::sync::{alloc, dealloc};

/// Returns memory for one `V`, which [`free`] takes back.
pub(super) fn allocate<V>() -> NonNull<V> {
    let layout = Layout::new::<V>();
    assert!(layout.size() > 0, "a task has a header");
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc(layout) };
    NonNull::new(memory.cast()).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Takes back the memory of a `V`.
///
/// # Safety
///
/// The memory is from [`allocate`] with the same `V`, and is not used again.
pub(super) unsafe fn free<V>(memory: NonNull<V>) {
    // SAFETY: the memory is from `alloc`, with the same layout.
    unsafe { dealloc(memory.as_ptr().cast(), Layout::new::<V>()) }
}
