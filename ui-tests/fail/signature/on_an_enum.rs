#[gen::coroutine]
enum Type {}
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is an `enum`
//~| help: put it on a function

fn main() {}
