use gen::yield_;

struct NoError;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![std::future::ready(Err::<u8, NoError>(NoError))])?; // `NoError` cannot be thrown into a coroutine
    Ok(())
}

fn main() {}
