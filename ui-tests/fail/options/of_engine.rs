#[gen::engine(boxed)]
//~^ gen: unknown option `boxed` of `#[gen::engine]`
//~| help: the options are `send`, `crate = path`
fn engine() {}

fn main() {}
