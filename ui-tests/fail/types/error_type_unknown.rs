//@ rustc: an `async` block with a `?`, or an `Ok` at its end, does not say what its error is: `Ok::<_, gen::Error>(..)` does

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
