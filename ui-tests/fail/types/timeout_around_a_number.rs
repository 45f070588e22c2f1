use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::with_timeout(std::time::Duration::ZERO, 42))?;
    //~^ gen: `gen::with_timeout` cannot wait for `{integer}`: it cannot be yielded
    //~| note: what it waits for is a future, or a list, map or tuple of yieldables
    Ok(())
}

fn main() {}
