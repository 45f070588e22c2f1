//! A method may be called on a yield.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Ok(yield_!(ready("6"))?.trim().parse().unwrap())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
