//@ rustc: an `async` block with an `Ok` at its end does not say what its error is: `Ok::<_, gen::Error>(..)` does

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(async { Ok(1) }))
    //~^ rustc: type annotations needed
}

fn main() {}
