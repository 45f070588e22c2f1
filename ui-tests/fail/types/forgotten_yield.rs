//@ rustc: rustc does not say that the call must be yielded

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(fetch() + 1)
    //~^ rustc: cannot add `{integer}` to `impl gen::Coroutine + Future<Output = Result<u32, gen::Error>>`
}

fn main() {}
