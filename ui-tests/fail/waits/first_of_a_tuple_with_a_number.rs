use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::first_of((ready(1), 2)))?;
    //~^ gen: `(std::future::Ready<{integer}>, {integer})` is not a list or map of yieldables
    //~| note: `gen::multi`, `gen::limit` and `gen::first_of` wait for the elements of a list or map; each must be a future, or a list, map or tuple of yieldables
    Ok(1)
}

fn main() {}
