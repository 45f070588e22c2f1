#[gen::coroutine]
struct Type;
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `struct`
//~| help: put it on a function

fn main() {}
