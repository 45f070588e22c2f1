#[gen::coroutine]
use std::future::ready;
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `use`
//~| help: put it on a function

fn main() {
    drop(ready(1));
}
