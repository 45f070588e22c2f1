#[gen::test(leaks = "ignored")]
//~^ gen: unknown value `ignored` of `leaks`
//~| help: write `leaks = "allowed"`
fn waits() {}

fn main() {}
