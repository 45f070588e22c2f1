//! Follows the help for a constant: a variable.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let n = yield_!(ready(3))?;
    let list = vec![n; yield_!(ready(2))?];
    Ok(list.into_iter().sum())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
