use gen::yield_;

struct NoError;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(vec![std::future::ready(Err::<u8, NoError>(NoError))])?;
    //~^ gen: `NoError` cannot be thrown into a coroutine
    //~| note: an error that is thrown is a `std::error::Error` and `Send + Sync + 'static`, or a `String`, `&'static str` or `Box<dyn Error + Send + Sync>`
    //~| note: make `NoError` one of these, by an `impl std::error::Error` or in a `map_err(..)`; or take the output as it is with `gen::raw(..)`
    Ok(())
}

fn main() {}
