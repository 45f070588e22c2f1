//! A body that yields points returns a `Result` that can hold a `gen::Error`.

use gen::{yield_, Callback, Wait};

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let callback = yield_!(Callback::<u32>::new("key"))?;
    callback.call(6);
    yield_!(Wait::<u32>::new("key"))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
