//! An `async move` block that yields may take the variables that it needs.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let n = 5;
    let block = async move { gen::Result::Ok(yield_!(ready(n))? + 1) };
    block.await
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
