use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(std::collections::HashMap::from([("a", 1)]))?;
    //~^ gen: a map from `&str` to `{integer}` cannot be yielded
    //~| note: each value must be a future, or a list, map or tuple of yieldables
    //~| note: each key must be `Debug`, because errors name it: write `#[derive(Debug)]`
    Ok(())
}

fn main() {}
