#[gen::engine(boxed)]
//~^ gen: unknown option `boxed` of `#[gen::engine]`
//~| help: the only option is `crate = path`
fn engine() {}

fn main() {}
