//! A coroutine may be `unsafe`: its call is.

/// # Safety
///
/// `n` is not null.
#[gen::coroutine]
unsafe fn read(n: *const u32) -> u32 {
    // SAFETY: the caller says so.
    unsafe { *n }
}

fn main() {
    // SAFETY: it is a reference.
    assert_eq!(gen::block_on(unsafe { read(&6) }), 6);
}
