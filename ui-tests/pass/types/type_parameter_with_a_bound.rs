//! Follows the note for a type parameter.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body<Y: gen::Yieldable<M>, M>(yieldable: Y) -> gen::Result<Y::Output> {
    yield_!(yieldable)
}

fn main() {
    let fallible = ready(Ok::<u32, std::fmt::Error>(6));
    assert_eq!(gen::run_sync(body(fallible)).unwrap(), 6);
}
