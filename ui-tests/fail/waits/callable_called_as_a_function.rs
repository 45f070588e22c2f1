//@ rustc: a callable is not a closure: write `done.call(42)`

use gen::{yield_, Callback, Wait};

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let done = yield_!(Callback::<u32>::new("key"))?;
    done(42);
    //~^ rustc: expected function, found `Callable<u32>`
    yield_!(Wait::<u32>::new("key"))
}

fn main() {}
