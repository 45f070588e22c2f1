//! Follows the help for a closure: a loop.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let mut sum = 0;
    for n in [1, 2, 3] {
        sum += yield_!(ready(n))?;
    }
    Ok(sum)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
