use gen::yield_;

struct NoError;

#[gen::coroutine]
fn body() -> gen::Result {
    let future = std::future::ready(Err::<u8, NoError>(NoError));
    yield_!(gen::with_timeout(std::time::Duration::ZERO, future))?; // `NoError` cannot be thrown into a coroutine
    Ok(())
}

fn main() {}
