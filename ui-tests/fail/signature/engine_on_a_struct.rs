#[gen::engine]
struct Engine;
//~^ gen: `#[gen::engine]` makes an engine of a `fn`; a `struct` is none
//~| help: put it on a function

fn main() {}
