//@ rustc: a key is kept until someone waits for it, so it is `'static`: `key.to_owned()`

use gen::{yield_, Wait};

#[gen::coroutine]
fn body(key: &str) -> gen::Result<u32> {
    yield_!(Wait::<u32>::new(key))
    //~^ rustc: borrowed data escapes outside of function
}

fn main() {}
