//@ rustc: a key is stored until a coroutine waits for it, so it must be `'static`: write `key.to_owned()`

use gen::{yield_, Wait};

#[gen::coroutine]
fn body(key: &str) -> gen::Result<u32> {
    yield_!(Wait::<u32>::new(key))
    //~^ rustc: borrowed data escapes outside of function
}

fn main() {}
