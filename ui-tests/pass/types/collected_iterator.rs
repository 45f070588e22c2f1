//! Follows the note for an iterator.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Ok(yield_!((1..4).map(ready).collect::<Vec<_>>())?.into_iter().sum())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
