#[gen::coroutine(returns)]
fn same<T>(value: T) -> gen::Result<T> {
    Ok(value)
}

fn main() {}
