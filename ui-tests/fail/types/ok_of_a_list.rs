use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::ok(vec![ready(1)]))?;
    //~^ rustc: `Vec<std::future::Ready<{integer}>>` is not a future
    Ok(())
}

fn main() {}
