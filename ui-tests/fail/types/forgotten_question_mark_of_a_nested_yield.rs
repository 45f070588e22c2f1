//@ rustc: rustc suggests `.expect(..)`; write `?`

use gen::yield_;

#[gen::coroutine]
fn doubled(n: u32) -> gen::Result<u32> {
    Ok(2 * n)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(doubled(yield_!(doubled(1))))
    //~^ rustc: mismatched types
}

fn main() {}
