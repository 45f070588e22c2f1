#[gen::coroutine(returns)]
fn number() -> u32 {
//~^ gen: a coroutine with the option `returns` cannot return `u32`
//~| note: it returns `gen::Result<T>`, with a `T` that is `Send`
//~| note: without the option it may return anything, by `return`
    42
}

fn main() {}
