use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(fetch)
    //~^ gen: a function cannot be yielded, only its result
    //~| note: call it: `yield_!(function(..))`
}

fn main() {}
