//@ rustc: every yield is a `Result`: write `yield_!(..)?`

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<bool> {
    Ok(yield_!(ready(1)) > 1)
    //~^ rustc: binary operation `>` cannot be applied to type `Result<{integer}, gen::Error>`
}

fn main() {}
