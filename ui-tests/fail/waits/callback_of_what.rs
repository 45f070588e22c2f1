//@ rustc: the type of the value is not known: write `Callback::<u32>::new(..)`

use gen::{yield_, Callback};

#[gen::coroutine]
fn body() -> gen::Result {
    let done = yield_!(Callback::new("key"))?;
    //~^ rustc: type annotations needed for `Callable<_>`
    Ok(drop(done))
}

fn main() {}
