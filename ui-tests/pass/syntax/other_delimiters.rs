//! `yield_!` may be called with any delimiters.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let n = yield_![ready(3)]? + yield_! { ready(3) }?;
    Ok(n)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
