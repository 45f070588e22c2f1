use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let fetch = async || 1;
    yield_!(fetch)
    //~^ gen: a function cannot be yielded, only its result
    //~| note: call it: `yield_!(function(..))`
}

fn main() {}
