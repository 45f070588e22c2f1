#[gen::test]
fn waits(seconds: u64) {
//~^ gen: a test takes no arguments: nothing passes any to it
//~| help: make the values in its body; for several cases write `#[rstest]` below this attribute, or one test for each, which calls a common coroutine
    drop(seconds);
}

fn main() {}
