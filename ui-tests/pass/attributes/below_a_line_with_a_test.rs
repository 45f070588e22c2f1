//! A `#[test]` of another function on the line above is none of the coroutine.

use gen::yield_;

#[test] fn one() {}
#[gen::coroutine]
fn waits() -> gen::Result {
    yield_!(gen::moment())
}

fn main() {
    gen::run_sync(waits()).expect("it ends");
}
