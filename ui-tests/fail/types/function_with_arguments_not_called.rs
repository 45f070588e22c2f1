use gen::yield_;

#[gen::coroutine]
fn fetch(url: &str) -> gen::Result<usize> {
    Ok(url.len())
}

#[gen::coroutine]
fn body() -> gen::Result<usize> {
    yield_!(fetch)
    //~^ gen: a function cannot be yielded, only its result
    //~| note: call it: `yield_!(function(..))`
}

fn main() {}
