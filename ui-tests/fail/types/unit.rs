use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(())?; // `()` cannot be yielded from a coroutine
    Ok(())
}

fn main() {}
