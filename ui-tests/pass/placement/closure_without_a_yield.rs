//! A closure in the body may do everything except yield.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let n = yield_!(ready(5))?;
    let add = move |m: u32| n + m;
    Ok(add(1))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
