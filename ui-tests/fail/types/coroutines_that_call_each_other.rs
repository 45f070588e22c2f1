//@ rustc: as for a coroutine that calls itself: write `#[gen::coroutine(boxed)]` on one of the two

use gen::yield_;

#[gen::coroutine]
fn even(n: u32) -> gen::Result<bool> {
//~^ rustc: recursion in an async block requires boxing
    if n == 0 {
        return Ok(true);
    }
    yield_!(odd(n - 1))
}

#[gen::coroutine]
fn odd(n: u32) -> gen::Result<bool> {
    if n == 0 {
        return Ok(false);
    }
    yield_!(even(n - 1))
}

fn main() {}
