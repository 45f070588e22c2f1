//@ attribute: the attribute is the mistake

#[gen::test]
#[test]
//~^ gen: `#[gen::test]` already makes a test of the function
//~| help: remove `#[test]`
fn waits() {}

fn main() {}
