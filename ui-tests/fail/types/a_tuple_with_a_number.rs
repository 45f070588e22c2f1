use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!((async { 1 }, 2))?; // `{integer}` cannot be yielded from a coroutine
    Ok(())
}

fn main() {}
