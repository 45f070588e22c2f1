//! A coroutine may be `unsafe`. Then its call is `unsafe`.

/// # Safety
///
/// `n` is not null.
#[gen::coroutine]
unsafe fn read(n: *const u32) -> u32 {
    // SAFETY: the caller guarantees it.
    unsafe { *n }
}

fn main() {
    // SAFETY: the pointer comes from a reference.
    assert_eq!(gen::block_on(unsafe { read(&6) }), 6);
}
