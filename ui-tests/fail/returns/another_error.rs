#[gen::coroutine(returns)]
fn number() -> Result<u32, std::fmt::Error> {
//~^ gen: a coroutine with the option `returns` cannot return `Result<u32, std::fmt::Error>`
//~| note: it returns `gen::Result<T>`, with a `T` that is `Send`
//~| note: without the option it may return anything, by `return`
    Ok(42)
}

fn main() {}
