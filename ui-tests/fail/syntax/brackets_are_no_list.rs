use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_![ready(1), ready(2)]
    //~^ gen: `yield_!` takes one expression
    //~| help: its brackets are no list; a list is resolved in parallel: `yield_!([a, b])`
}

fn main() {}
