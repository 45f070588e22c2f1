//@ rustc: the number of children at a time comes first
//@ several: both arguments are in the wrong place

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(gen::limit(vec![ready(1)], 8))
    //~^ gen: `{integer}` is not a list or map of yieldables
    //~| note: the number is the first argument of `gen::limit(8, list)`, which also takes a stream
    //~^^^ rustc: mismatched types
}

fn main() {}
