#[gen::coroutine]
macro_rules! make {
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a macro is none
//~| help: put it on a function
    () => {};
}

make!();

fn main() {}
