#[gen::main(boxed)]
//~^ gen: unknown option `boxed` of `#[gen::main]`
//~| help: the only option is `crate = path`
fn main() {}
