//@ rustc: every yield is a `Result`: write `yield_!(..)?`

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let (a, b) = yield_!((ready(1), ready(2)));
    //~^ rustc: mismatched types
    Ok(a + b)
}

fn main() {}
