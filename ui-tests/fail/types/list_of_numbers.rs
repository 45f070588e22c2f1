use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![1, 2])?; // `Vec<{integer}>` cannot be yielded from a coroutine
    Ok(())
}

fn main() {}
