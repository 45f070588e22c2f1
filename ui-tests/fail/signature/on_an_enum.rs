#[gen::coroutine]
enum Type {}
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; an `enum` is none
//~| help: put it on a function

fn main() {}
