//! A borrow may last over a yield if the value is not changed meanwhile.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let list = vec![1, 5];
    let first = &list[0];
    let second = yield_!(ready(list[1]))?;
    Ok(first + second)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
