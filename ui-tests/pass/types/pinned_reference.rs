//! Follows the note for a reference.

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let mut future = std::pin::pin!(async { 6 });
    yield_!(future.as_mut())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
