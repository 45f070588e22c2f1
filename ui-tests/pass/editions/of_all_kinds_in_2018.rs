//@ edition: 2018

use gen::yield_;
use std::future::ready;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let (a, b) = yield_!((ready(1), vec![ready(2)]))?;
    Ok(a + b[0])
}

fn main() {
    gen::run_sync(body()).unwrap();
}
