//! A nested function may be a coroutine too.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    #[gen::coroutine]
    fn inner(n: u32) -> gen::Result<u32> {
        yield_!(ready(n))
    }
    yield_!(inner(6))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
