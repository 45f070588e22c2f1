use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(std::collections::HashMap::from([("a", 1)]))?;
    //~^ gen: a map from `&str` to `{integer}` cannot be yielded
    //~| note: each of its values is a future, or a list, map or tuple of yieldables
    //~| note: its keys are `Debug`, for errors name them: `#[derive(Debug)]`
    Ok(())
}

fn main() {}
