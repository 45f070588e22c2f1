use std::collections::BTreeMap;
use std::future::ready;

use gen::yield_;

struct NotAnError;

#[gen::coroutine]
fn body() -> gen::Result<(&'static str, u8)> {
    yield_!(gen::first_of(BTreeMap::from([("key", ready(Err::<u8, _>(NotAnError)))])))
}

fn main() {}
