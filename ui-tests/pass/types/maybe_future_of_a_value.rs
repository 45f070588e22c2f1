//! Follows the note for a number.

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::maybe_future!(6))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
