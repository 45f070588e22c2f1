#[gen::coroutine]
fn many(first: u32, rest: ...) -> u32 {
//~^ gen: a coroutine cannot have variadic arguments: they no longer exist when its body runs
//~| help: take a slice or a `Vec`
    first
}

fn main() {}
