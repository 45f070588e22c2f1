#[gen::coroutine(returns)]
fn same<T>(value: T) -> gen::Result<T> {
//~^ rustc: `T` cannot be sent between threads safely
    Ok(value)
}

fn main() {}
