#[gen::coroutine(returns)]
fn number() -> Result<u32, std::fmt::Error> {
//~^ gen: a coroutine with the option `returns` cannot return `Result<u32, std::fmt::Error>`
//~| note: with the option, return `gen::Result<T>`, where `T` is `Send`
//~| note: without the option, a coroutine may return any type
    Ok(42)
}

fn main() {}
