use gen::yield_;
use std::future::Future;

#[gen::coroutine]
fn body(future: Box<dyn Future<Output = u32>>) -> gen::Result<u32> {
    yield_!(future)
    //~^ gen: a box of a future that is not `Unpin` cannot be yielded
    //~| note: make the box with `Box::pin(..)`, or pin it: `yield_!(Box::into_pin(boxed))`
}

fn main() {}
