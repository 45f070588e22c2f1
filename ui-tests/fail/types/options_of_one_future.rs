use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u8> {
    yield_!(gen::multi(ready(gen::Result::<u8>::Ok(1))).fail_fast())
}

fn main() {}
