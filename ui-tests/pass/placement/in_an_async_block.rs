//! An `async` block may yield: it can be suspended.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let block = async { yield_!(ready(6)) };
    yield_!(block)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
