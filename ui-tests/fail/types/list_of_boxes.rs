use std::future::Future;

use gen::yield_;

#[gen::coroutine]
fn body(futures: Vec<Box<dyn Future<Output = u32>>>) -> gen::Result<Vec<u32>> {
    yield_!(futures)
    //~^ gen: a list or `Option` of `Box<dyn Future<Output = u32>>` cannot be yielded, because `Box<dyn Future<Output = u32>>` cannot
    //~| note: each element must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
}

fn main() {}
