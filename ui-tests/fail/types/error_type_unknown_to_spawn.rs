//@ rustc: the error type of an `async` block that ends with `Ok` is not known: write `Ok::<_, gen::Error>(..)`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(async { Ok(1) }))
    //~^ rustc: type annotations needed
}

fn main() {}
