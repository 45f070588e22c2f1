//@ rustc: the type of the value is not known: write `Callback::<u32>::new(..)`

use gen::{yield_, Callback};

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Callback::new("key"))?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
