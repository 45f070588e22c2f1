#[gen::test(limit = "10")]
//~^ gen: `10` is not a time, or is too long
//~| help: write `limit = "10s"`, with one of the units `ms`, `s`, `min`, `h` and `d`, or `limit = "none"`
fn waits() {}

fn main() {}
