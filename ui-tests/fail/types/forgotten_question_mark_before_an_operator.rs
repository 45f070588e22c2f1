//@ rustc: every yield is a `Result`: write `yield_!(..)?`

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Ok(yield_!(ready(1)) + 1)
    //~^ rustc: cannot add `{integer}` to `Result<{integer}, gen::Error>`
}

fn main() {}
