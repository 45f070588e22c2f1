#[gen::coroutine(returns)]
fn first(text: &str) -> gen::Result<&str> {
//~^ gen: with the option `returns` nothing borrowed can be returned: a `gen::Return` is an error, and errors are `'static`
//~| help: return a value that owns what it has, or leave `returns` out
    Ok(&text[..1])
}

fn main() {}
