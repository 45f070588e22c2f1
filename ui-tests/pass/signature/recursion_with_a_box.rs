//! A recursive call may be boxed by the caller.

use gen::yield_;

#[gen::coroutine]
fn countdown(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(Box::pin(countdown(n - 1)))? + 1)
}

fn main() {
    assert_eq!(gen::run_sync(countdown(6)).unwrap(), 6);
}
