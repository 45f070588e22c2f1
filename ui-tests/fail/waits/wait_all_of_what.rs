//@ rustc: the type of the values is not known: write `WaitAll::<u32>::new(..)`

use gen::{yield_, WaitAll};

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(WaitAll::new(["one", "other"]))?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
