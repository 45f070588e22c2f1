//@ rustc: `gen::multi` takes one argument, which may be a tuple: `gen::multi((one(), one()))`

use gen::yield_;

#[gen::coroutine]
fn one() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::multi(one(), one()))?;
    //~^ rustc: this function takes 1 argument but 2 arguments were supplied
    Ok(())
}

fn main() {}
