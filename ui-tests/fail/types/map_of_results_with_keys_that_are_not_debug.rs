use std::collections::BTreeMap;
use std::future::ready;

use gen::yield_;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(BTreeMap::from([(Name, ready("1".parse::<u32>()))]))?;
    //~^ gen: a map from `Name` to `std::future::Ready<Result<u32, ParseIntError>>` cannot be yielded
    //~| note: each of its values is a future, or a list, map or tuple of yieldables
    //~| note: its keys are `Debug`, for errors name them: `#[derive(Debug)]`
    Ok(())
}

fn main() {}
