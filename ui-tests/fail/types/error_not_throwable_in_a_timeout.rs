use gen::yield_;

struct NoError;

#[gen::coroutine]
fn body() -> gen::Result {
    let future = std::future::ready(Err::<u8, NoError>(NoError));
    yield_!(gen::with_timeout(std::time::Duration::ZERO, future))?;
    //~^ gen: `NoError` cannot be thrown into a coroutine
    //~| note: implement `std::error::Error` for `NoError`, or take the output as it is with `gen::raw(..)`
    Ok(())
}

fn main() {}
