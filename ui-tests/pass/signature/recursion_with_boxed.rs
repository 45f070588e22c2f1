//! With `boxed` a coroutine may yield itself.

use gen::yield_;

#[gen::coroutine(boxed)]
fn countdown(n: u32) -> gen::Result<u32> {
    if n == 0 {
        return Ok(0);
    }
    Ok(yield_!(countdown(n - 1))? + 1)
}

fn main() {
    assert_eq!(gen::run_sync(countdown(6)).unwrap(), 6);
}
