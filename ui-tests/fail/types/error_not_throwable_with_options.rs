use std::future::ready;

use gen::yield_;

struct Fault;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u8>> {
    yield_!(gen::multi(vec![ready(Err(Fault))]).fail_fast())
    //~^ gen: `Fault` cannot be thrown into a coroutine
    //~| note: implement `std::error::Error` for `Fault`, or take the output as it is with `gen::raw(..)`
}

fn main() {}
