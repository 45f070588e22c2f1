//@ rustc: rustc suggests `.await?`, which also waits; `yield_!(..)?` adds its line to the trace of an error

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(fetch()?)
    //~^ rustc: the `?` operator can only be applied to values that implement `Try`
}

fn main() {}
