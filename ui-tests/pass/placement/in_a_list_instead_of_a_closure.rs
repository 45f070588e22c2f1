//! Follows the help for a closure: one yield of a list.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let all = yield_!([1, 2, 3].into_iter().map(ready).collect::<Vec<_>>())?;
    Ok(all.into_iter().sum())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
