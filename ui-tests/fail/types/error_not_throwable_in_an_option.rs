use std::future::ready;

use gen::yield_;

struct Fault;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Some(ready(Err::<u8, _>(Fault))))?;
    //~^ gen: `Fault` cannot be thrown into a coroutine
    //~| note: an error that is thrown is a `std::error::Error` and `Send + Sync + 'static`, or a `String`, `&'static str` or `Box<dyn Error + Send + Sync>`
    //~| note: make `Fault` one of these, by an `impl std::error::Error` or in a `map_err(..)`; or take the output as it is with `gen::raw(..)`
    Ok(())
}

fn main() {}
