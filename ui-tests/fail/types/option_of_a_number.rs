use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Some(1))?;
    //~^ gen: a list, map or `Option` of `{integer}` cannot be yielded, since `{integer}` cannot
    //~| note: each of its members is a future, or a list, map or tuple of yieldables
    //~| note: keys of a map are `Debug` too, for errors name them
    Ok(())
}

fn main() {}
