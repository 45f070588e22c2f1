//@ rustc: a yield is a `Result`, whatever is yielded: `yield_!(..)?`

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Ok(1 + yield_!(ready(1)))
    //~^ rustc: cannot add `Result<{integer}, gen::Error>` to `{integer}`
}

fn main() {}
