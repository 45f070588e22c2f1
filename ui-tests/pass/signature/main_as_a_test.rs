//! `#[gen::main]` runs a test.

use gen::yield_;

#[allow(dead_code)]
#[test]
#[gen::main]
fn sleeps() -> gen::Result {
    yield_!(gen::moment())
}

#[gen::main]
fn also_elsewhere() -> gen::Result<u32> {
    yield_!(std::future::ready(1))
}

fn main() {
    assert_eq!(also_elsewhere().unwrap(), 1);
}
