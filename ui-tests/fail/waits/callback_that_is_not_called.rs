//@ rustc: nothing says what it carries: `Callback::<u32>::new(..)`

use gen::{yield_, Callback};

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Callback::new("key"))?;
    //~^ rustc: type annotations needed
    Ok(())
}

fn main() {}
