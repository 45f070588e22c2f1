use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!([1, 2])?;
    //~^ gen: a list or `Option` of `{integer}` cannot be yielded, since `{integer}` cannot
    //~| note: each of its members is a future, or a list, map or tuple of yieldables
    //~| note: so a function in it is called, a `Result` opened with `?`, an iterator collected, a `Box` or reference pinned
    Ok(())
}

fn main() {}
