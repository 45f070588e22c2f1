#[gen::coroutine]
trait Trait {
//~^ gen: `#[gen::coroutine]` turns a `fn` into a coroutine, and this is a `trait`
//~| help: put it on each method that is to be a coroutine
    fn method(&self) -> u32;
}

fn main() {}
