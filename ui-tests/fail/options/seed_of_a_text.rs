#[gen::test(seed = "42")]
//~^ gen: `seed` needs a number
//~| help: write a literal, such as `seed = 42`
fn waits() {}

fn main() {}
