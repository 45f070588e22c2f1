use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!([1, 2])?;
    //~^ gen: a list or `Option` of `{integer}` cannot be yielded, because `{integer}` cannot
    //~| note: each element must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
    Ok(())
}

fn main() {}
