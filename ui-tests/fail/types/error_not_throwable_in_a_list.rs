use gen::yield_;

struct NoError;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![std::future::ready(Err::<u8, NoError>(NoError))])?;
    //~^ gen: `NoError` cannot be thrown into a coroutine
    //~| note: implement `std::error::Error` for `NoError`, or take the output as it is with `gen::raw(..)`
    Ok(())
}

fn main() {}
