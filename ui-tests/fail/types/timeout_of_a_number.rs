use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::with_timeout(5, ready(1)))
    //~^ rustc: the trait bound `gen::Deadline: From<{integer}>` is not satisfied
}

fn main() {}
