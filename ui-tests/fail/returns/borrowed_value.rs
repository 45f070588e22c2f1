#[gen::coroutine(returns)]
fn first(text: &str) -> gen::Result<&str> {
//~^ gen: a coroutine with the option `returns` cannot return anything borrowed: a `gen::Return` is an error, and errors are `'static`
//~| help: return an owned value, or remove `returns`
    Ok(&text[..1])
}

fn main() {}
