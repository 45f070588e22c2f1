#[gen::main(boxed)]
//~^ gen: unknown option `boxed` of `#[gen::main]`
//~| help: there is `crate = path`
fn main() {}
