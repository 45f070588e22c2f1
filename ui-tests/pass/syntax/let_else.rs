//! A `let` whose pattern may not match has an `else`.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let Some(n) = yield_!(ready(Some(6)))? else { return Ok(0) };
    Ok(n)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
