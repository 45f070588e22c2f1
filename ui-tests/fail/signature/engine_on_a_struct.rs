#[gen::engine]
struct Engine;
//~^ gen: `#[gen::engine]` turns a `fn` into an engine, and this is a `struct`
//~| help: put it on a function

fn main() {}
