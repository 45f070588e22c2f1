//! A reference to a future that is `Unpin` needs no pin.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let mut future = ready(6);
    yield_!(&mut future)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
