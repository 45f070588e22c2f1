#[gen::test(timeout = "10s")]
//~^ gen: unknown option `timeout` of `#[gen::test]`
//~| help: did you mean `limit = ".."`?
fn waits() {}

fn main() {}
