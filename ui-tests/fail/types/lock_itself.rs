use gen::sync::Lock;
use gen::yield_;

#[gen::coroutine]
fn body(lock: Lock<u32>) -> gen::Result<u32> {
    yield_!(lock)
    //~^ gen: `Lock<u32>` cannot be yielded from a coroutine
}

fn main() {}
