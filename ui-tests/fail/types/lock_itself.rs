use gen::sync::Lock;
use gen::yield_;

#[gen::coroutine]
fn body(lock: Lock<u32>) -> gen::Result<u32> {
    yield_!(lock)
    //~^ gen: `gen::sync::Lock<u32>` cannot be yielded, only the wait for it
    //~| note: write `yield_!(lock.lock())`
}

fn main() {}
