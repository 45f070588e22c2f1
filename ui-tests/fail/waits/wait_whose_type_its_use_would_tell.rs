//@ rustc: the type must always be written, since without a use it would be `()`: `Wait::<u32>::new(..)`

use gen::{yield_, Wait};

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let number: u32 = yield_!(Wait::new("key"))?;
    //~^ rustc: type annotations needed
    Ok(number)
}

fn main() {}
