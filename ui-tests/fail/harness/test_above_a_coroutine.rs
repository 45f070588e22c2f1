//@ attribute: `#[test]` was expanded before, and left nothing to point at
//@ tests: without the harness rustc removes the function

use gen::yield_;

#[test]
#[gen::coroutine]
//~^ gen: `#[test]` above `#[gen::coroutine]` makes a test of a call, which runs no coroutine
//~| help: write `#[gen::coroutine]` above `#[test]`, or `#[gen::test]` in place of both
fn waits() -> gen::Result {
    yield_!(gen::moment())
}

fn main() {}
