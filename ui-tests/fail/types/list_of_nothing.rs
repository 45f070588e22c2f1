use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![(), ()])?;
    //~^ gen: a list or `Option` of `()` cannot be yielded, because `()` cannot
    //~| note: each element must be a future, or a list, map or tuple of yieldables
    //~| note: call a function, open a `Result` with `?`, collect an iterator, pin a `Box` or a reference
    Ok(())
}

fn main() {}
