//@ rustc: every yield is a `Result`: write `yield_!(..)?`

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Ok(1 + yield_!(ready(1)))
    //~^ rustc: cannot add `Result<{integer}, gen::Error>` to `{integer}`
}

fn main() {}
