//@ rustc: the error type of an `async` block with a `?`, or with `Ok` at its end, is not known: write `Ok::<_, gen::Error>(..)`

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(async {
        let n: u32 = "1".parse()?;
        Ok(n)
        //~^ rustc: type annotations needed
    })
}

fn main() {}
