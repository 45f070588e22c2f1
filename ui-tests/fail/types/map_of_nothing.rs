use std::collections::BTreeMap;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(BTreeMap::from([("a", ())]))?;
    //~^ gen: a map from `&str` to `()` cannot be yielded
    //~| note: each value must be a future, or a list, map or tuple of yieldables
    //~| note: each key must be `Debug`, because errors name it: write `#[derive(Debug)]`
    Ok(())
}

fn main() {}
