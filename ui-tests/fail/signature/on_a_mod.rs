#[gen::coroutine]
mod inner {}
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `mod` is none
//~| help: put it on a function

fn main() {}
