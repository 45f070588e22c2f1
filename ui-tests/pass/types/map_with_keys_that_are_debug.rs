//! The keys of a map are `Debug`, because errors print them.

use std::collections::HashMap;
use std::future::ready;

use gen::yield_;

#[derive(Debug, PartialEq, Eq, Hash)]
struct Name(&'static str);

#[gen::coroutine]
fn body() -> gen::Result<HashMap<Name, u32>> {
    yield_!(HashMap::from([(Name("one"), ready(1))]))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap()[&Name("one")], 1);
}
