//@ rustc: rustc does not know that a yield surrounds the call: write `yield_!(..)?`

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(fetch()?)
    //~^ rustc: the `?` operator can only be applied to values that implement `Try`
}

fn main() {}
