//@ rustc: it suggests `.await`, which waits too; `yield_!(..)` puts the place of the yield into the error

use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    fetch()
    //~^ rustc: mismatched types
}

fn main() {}
