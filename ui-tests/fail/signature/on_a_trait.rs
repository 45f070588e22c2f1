#[gen::coroutine]
trait Trait {
//~^ gen: `#[gen::coroutine]` makes a coroutine of a `fn`; a `trait` is none
//~| help: put it on each of the methods that are coroutines
    fn method(&self) -> u32;
}

fn main() {}
