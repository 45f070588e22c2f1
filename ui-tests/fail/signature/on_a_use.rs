#[gen::coroutine]
use std::future::ready;
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `use` is none
//~| help: put it on a function

fn main() {
    drop(ready(1));
}
