#[gen::coroutine(returns)]
fn number() -> u32 {
//~^ gen: a coroutine with the option `returns` cannot return `u32`
//~| note: with the option, return `gen::Result<T>`, where `T` is `Send`
//~| note: without the option, a coroutine may return any type
    42
}

fn main() {}
