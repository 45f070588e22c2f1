//! Yields may be nested.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(ready(yield_!(ready(yield_!(ready(6))?))?))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
