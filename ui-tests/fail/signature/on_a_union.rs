#[gen::coroutine]
union Type {
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `union` is none
//~| help: put it on a function
    number: u32,
}

fn main() {}
