//@ rustc: rustc suggests `.await`, which also waits; `yield_!(..)` adds its line to the trace of an error

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(fetch().unwrap_or(2))
    //~^ rustc: no method named `unwrap_or` found for opaque type `impl gen::Coroutine + Future<Output = Result<u32, gen::Error>>` in the current scope
}

fn main() {}
