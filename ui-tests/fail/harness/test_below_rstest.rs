//@ several: `#[rstest]` has moved the body, so its yields are reported too
//@ attribute: `#[rstest]` was expanded before, and left nothing to point at
//@ tests: without the harness rustc removes the function

use gen::yield_;
use rstest::rstest;

#[rstest]
#[case(1)]
#[gen::test]
//~^ gen: `#[rstest]` above `#[gen::test]` moves the body into a function that is no coroutine
//~| help: write `#[gen::test]` above `#[rstest]`
fn waits(#[case] n: u32) {
    let m = yield_!(async { n });
    //~^ gen: `yield_!` outside a coroutine: there is nothing here that can be suspended
    //~| help: if another attribute moves or copies the body, write `#[gen::coroutine]` above it
    assert_eq!(m.unwrap(), n);
}

fn main() {}
