#[gen::coroutine]
macro_rules! make {
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a macro
//~| help: put it on a function
    () => {};
}

make!();

fn main() {}
