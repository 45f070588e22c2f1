//@ rustc: every yield is a `Result`: write `yield_!(..)?`

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    if yield_!(ready(true)) {
        //~^ rustc: mismatched types
        return Ok(1);
    }
    Ok(2)
}

fn main() {}
