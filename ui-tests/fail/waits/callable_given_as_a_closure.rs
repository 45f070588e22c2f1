//@ rustc: a callable is not a closure: `done.into_fn()` makes a closure of it

use gen::{yield_, Callback, Wait};

fn read_sensor(done: impl FnOnce(u32)) {
    done(21);
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let done = yield_!(Callback::<u32>::new("key"))?;
    read_sensor(done);
    //~^ rustc: expected a `FnOnce(u32)` closure, found `Callable<u32>`
    yield_!(Wait::<u32>::new("key"))
}

fn main() {}
