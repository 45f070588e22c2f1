use gen::yield_;

#[gen::coroutine(send)]
fn same<T>(value: T) -> gen::Result<T> {
//~^ rustc: future cannot be sent between threads safely
    yield_!(gen::moment())?;
    Ok(value)
}

fn main() {}
