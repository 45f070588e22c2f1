use std::collections::BTreeMap;

use gen::yield_;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(u32);

#[gen::coroutine]
fn fetch() -> gen::Result<u32> {
    Ok(7)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    Ok(yield_!(gen::first_ok(BTreeMap::from([(Key(1), fetch())])))?.1)
    //~^ gen: `BTreeMap<Key, [..]>` is not a list or map of yieldables
    //~| note: the keys of a map must be `Debug`, because errors name them
}

fn main() {}
