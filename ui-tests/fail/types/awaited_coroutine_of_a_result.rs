use gen::yield_;

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(1)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(fetch().await)
    //~^ gen: a `Result` cannot be yielded: if it is an error, there is nothing to wait for
    //~| note: write a `?` inside, to yield the value in it: `yield_!(make()?)`
}

fn main() {}
