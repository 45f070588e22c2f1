use std::future::ready;

use gen::yield_;

struct Fault;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u8>> {
    yield_!(gen::multi(vec![ready(Err(Fault))]).fail_fast())
}

fn main() {}
