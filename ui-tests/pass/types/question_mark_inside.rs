//! Follows the note for a `Result`.

use std::future::ready;

use gen::yield_;

fn connect(n: u32) -> gen::Result<std::future::Ready<u32>> {
    Ok(ready(n))
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(connect(6)?)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
