//@ rustc: the type of the value is not known: write `Wait::<u32>::new(..)`

use gen::{yield_, Wait};

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Wait::new("key"))?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
