//! Follows the help for a closure: a `match`.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let known = None;
    match known {
        Some(n) => Ok(n),
        None => yield_!(ready(6)),
    }
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
