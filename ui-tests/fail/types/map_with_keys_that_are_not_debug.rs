use std::collections::HashMap;
use std::future::ready;

use gen::yield_;

#[derive(PartialEq, Eq, Hash)]
struct Name;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(HashMap::from([(Name, ready(1))]))?;
    //~^ gen: a map from `Name` to `std::future::Ready<{integer}>` cannot be yielded
    //~| note: each value must be a future, or a list, map or tuple of yieldables
    //~| note: each key must be `Debug`, because errors name it: write `#[derive(Debug)]`
    Ok(())
}

fn main() {}
