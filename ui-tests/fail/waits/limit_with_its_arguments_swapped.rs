//@ rustc: the number of children at a time comes first
//@ several: both arguments are in the wrong place

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<u32>> {
    yield_!(gen::limit(vec![ready(1)], 8))
    //~^ gen: `{integer}` is no list or map of what can be yielded
    //~| note: the number stands first in `gen::limit(8, list)`; different futures go into one list with `gen::boxed`: `[gen::boxed(a), gen::boxed(b)]`
    //~^^^ rustc: mismatched types
}

fn main() {}
