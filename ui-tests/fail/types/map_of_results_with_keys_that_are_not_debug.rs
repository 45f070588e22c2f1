use std::collections::BTreeMap;
use std::future::ready;

use gen::yield_;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(BTreeMap::from([(Name, ready("1".parse::<u32>()))]))?;
    //~^ gen: a map from `Name` to `std::future::Ready<Result<u32, ParseIntError>>` cannot be yielded
    //~| note: each value must be a future, or a list, map or tuple of yieldables
    //~| note: each key must be `Debug`, because errors name it: write `#[derive(Debug)]`
    Ok(())
}

fn main() {}
