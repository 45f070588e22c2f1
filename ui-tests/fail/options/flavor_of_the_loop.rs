#[gen::main(flavor = "current_thread")]
//~^ gen: `flavor` is an option for tokio, and `#[gen::main]` runs an embedded loop, which has one thread and one flavor
//~| help: write `#[gen::main(tokio, flavor = ..)]`, or remove `flavor`
fn main() {}
