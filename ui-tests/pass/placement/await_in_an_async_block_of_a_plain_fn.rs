//! Follows the advice of `fail/placement/in_an_async_block_of_a_plain_fn.rs`.

use gen::yield_;
use std::future::{ready, Future};

#[gen::coroutine]
fn one() -> gen::Result<u32> {
    yield_!(ready(1))
}

fn plain() -> impl Future<Output = u32> {
    async { ready(1).await + one().await.unwrap() }
}

#[gen::coroutine]
fn marked() -> gen::Result<u32> {
    let block = async { yield_!(ready(1)) };
    yield_!(block)
}

fn main() {
    assert_eq!(gen::block_on(plain()) + gen::run_sync(marked()).unwrap(), 3);
}
