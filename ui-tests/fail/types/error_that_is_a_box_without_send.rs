use std::error::Error;

use gen::yield_;

async fn read() -> Result<u32, Box<dyn Error>> {
    Ok("1".parse()?)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(read())
    //~^ gen: `Box<(dyn std::error::Error + 'static)>` cannot be thrown into a coroutine
    //~| note: an error that is thrown is a `std::error::Error` and `Send + Sync + 'static`, or a `String`, `&'static str` or `Box<dyn Error + Send + Sync>`
    //~| note: make `Box<(dyn std::error::Error + 'static)>` one of these, by an `impl std::error::Error` or in a `map_err(..)`; or take the output as it is with `gen::raw(..)`
}

fn main() {}
