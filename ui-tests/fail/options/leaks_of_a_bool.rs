#[gen::test(leaks = true)]
//~^ gen: `leaks` needs the value `"allowed"`
//~| help: write `leaks = "allowed"`
fn waits() {}

fn main() {}
