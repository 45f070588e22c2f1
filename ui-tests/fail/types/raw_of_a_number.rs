use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::raw(42))?;
    //~^ gen: `{integer}` cannot be yielded, so `gen::with_timeout`, `gen::shield` and `gen::raw` cannot wait for it
    //~| note: the argument must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
    Ok(())
}

fn main() {}
