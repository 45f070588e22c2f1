use std::collections::HashMap;
use std::future::ready;

use gen::yield_;

#[derive(PartialEq, Eq, Hash)]
struct Name;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(HashMap::from([(Name, ready(1))]))?;
    //~^ gen: a map from `Name` to `std::future::Ready<{integer}>` cannot be yielded
    //~| note: each of its values is a future, or a list, map or tuple of yieldables
    //~| note: its keys are `Debug`, for errors name them: `#[derive(Debug)]`
    Ok(())
}

fn main() {}
