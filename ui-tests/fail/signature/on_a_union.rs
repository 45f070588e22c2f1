#[gen::coroutine]
union Type {
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `union`
//~| help: put it on a function
    number: u32,
}

fn main() {}
