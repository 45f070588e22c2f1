#[gen::coroutine]
struct Type;
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `struct` is none
//~| help: put it on a function

fn main() {}
