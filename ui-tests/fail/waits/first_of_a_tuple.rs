use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::first_of((ready(1), ready(2))))
    //~^ gen: `(std::future::Ready<{integer}>, std::future::Ready<{integer}>)` is not a list or map of yieldables
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the elements of a list or map; each must be a future, or a list, map or tuple of yieldables
    //~| note: collect an iterator: `gen::multi(iterator.collect::<Vec<_>>())`; call a function in a list, open a `Result` with `?`
}

fn main() {}
