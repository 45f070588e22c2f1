//! If two coroutines call each other, one of them is boxed.

use gen::yield_;

#[gen::coroutine(boxed)]
fn even(n: u32) -> gen::Result<bool> {
    if n == 0 {
        return Ok(true);
    }
    yield_!(odd(n - 1))
}

#[gen::coroutine]
fn odd(n: u32) -> gen::Result<bool> {
    if n == 0 {
        return Ok(false);
    }
    yield_!(even(n - 1))
}

fn main() {
    assert!(gen::run_sync(odd(7)).unwrap());
}
