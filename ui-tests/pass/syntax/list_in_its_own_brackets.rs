//! `yield_![..]` also takes one expression: a list needs brackets of its own.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<[u32; 2]> {
    yield_![[ready(1), ready(2)]]
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), [1, 2]);
}
