#[gen::engine(boxed)]
//~^ gen: unknown option `boxed` of `#[gen::engine]`
//~| help: there is `crate = path`
fn engine() {}

fn main() {}
