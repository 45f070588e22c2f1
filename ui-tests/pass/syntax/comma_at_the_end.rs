//! A comma at the end does not make a tuple.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let n: u32 = yield_!(ready(6),)?;
    Ok(n)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
