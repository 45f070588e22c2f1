use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::with_timeout(std::time::Duration::ZERO, 42))?;
    //~^ gen: `{integer}` cannot be yielded, and so `gen::with_timeout`, `gen::shield` and `gen::raw` cannot wait for it
    //~| note: what it waits for is a future, or a list, map or tuple of yieldables
    //~| note: so a function is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
    Ok(())
}

fn main() {}
