use gen::yield_;

async fn fetch() -> u32 {
    1
}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::shield(fetch))?;
    //~^ gen: `fn() -> impl Future<Output = u32> {fetch}` cannot be yielded, and so `gen::with_timeout`, `gen::shield` and `gen::raw` cannot wait for it
    //~| note: what it waits for is a future, or a list, map or tuple of yieldables
    //~| note: so a function is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
    Ok(())
}

fn main() {}
