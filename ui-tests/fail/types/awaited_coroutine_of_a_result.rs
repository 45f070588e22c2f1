use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(fetch().await)
    //~^ gen: a `Result` cannot be yielded: it may be an error, with nothing to wait for
    //~| note: put a `?` inside, and yield what it holds: `yield_!(make()?)`
}

fn main() {}
