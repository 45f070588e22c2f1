//@ attribute: `#[test]` was expanded before, and left nothing to point at
//@ tests: without the harness rustc removes the function

#[test]
#[gen::test]
//~^ gen: `#[test]` above `#[gen::test]` makes a second test of the function, which would run twice
//~| help: remove `#[test]`
fn waits() {}

fn main() {}
