use std::future::Future;

use gen::yield_;

#[gen::coroutine]
fn body(futures: Vec<Box<dyn Future<Output = u32>>>) -> gen::Result<Vec<u32>> {
    yield_!(futures)
    //~^ gen: a list or `Option` of `Box<dyn Future<Output = u32>>` cannot be yielded, since `Box<dyn Future<Output = u32>>` cannot
    //~| note: each of its members is a future, or a list, map or tuple of yieldables
    //~| note: so a function in it is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
}

fn main() {}
