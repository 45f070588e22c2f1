#[gen::test]
fn waits(seconds: u64) {
//~^ gen: a test takes no arguments: nothing passes any to it
//~| help: make the values in its body, or write one test for each value, which calls a common coroutine
    drop(seconds);
}

fn main() {}
