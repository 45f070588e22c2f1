//! `into_fn` makes a closure of a callable, and `call` calls it.

use gen::{yield_, Callback, Wait};

fn read_sensor(done: impl FnOnce(u32)) {
    done(21);
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    read_sensor(yield_!(Callback::new("closure"))?.into_fn());
    yield_!(Callback::<u32>::new("call"))?.call(21);
    Ok(yield_!(Wait::<u32>::new("closure"))? + yield_!(Wait::<u32>::new("call"))?)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 42);
}
