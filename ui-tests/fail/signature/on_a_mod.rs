#[gen::coroutine]
mod inner {}
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `mod`
//~| help: put it on a function

fn main() {}
