//! Branches of different types are boxed.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body(fast: bool) -> gen::Result<u32> {
    yield_!(if fast { gen::boxed(gen::ok(ready(1))) } else { gen::boxed(gen::ok(async { 6 })) })
}

fn main() {
    assert_eq!(gen::run_sync(body(false)).unwrap(), 6);
}
