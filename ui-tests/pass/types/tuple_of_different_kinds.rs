//! If a tuple is written out, each of its elements may be of another kind.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let (a, b, c) = yield_!((ready(1), ready(Ok::<u32, std::fmt::Error>(2)), vec![ready(3)]))?;
    Ok(a + b + c[0])
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
