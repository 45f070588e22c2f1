//! `yield_!` may be called by its path.

use std::future::ready;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    gen::yield_!(ready(6))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
