//! An `async` closure may yield: it can be suspended.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let double = async |n: u32| gen::Result::Ok(yield_!(ready(n))? * 2);
    double(3).await
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
