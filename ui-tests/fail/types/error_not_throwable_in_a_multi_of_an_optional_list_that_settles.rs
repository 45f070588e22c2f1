use std::future::ready;

use gen::yield_;

struct NotAnError;

#[gen::coroutine]
fn body() -> gen::Result<usize> {
    let children = Some(vec![ready(Err::<u8, _>(NotAnError)), ready(Ok(7))]);
    let results = yield_!(gen::multi(children).settle())?;
    //~^ gen: `NotAnError` cannot be thrown into a coroutine
    //~| note: an error that is thrown is a `std::error::Error` and `Send + Sync + 'static`, or a `String`, `&'static str` or `Box<dyn Error + Send + Sync>`
    //~| note: make `NotAnError` one of these, by an `impl std::error::Error` or in a `map_err(..)`; or take the output as it is with `gen::raw(..)`
    Ok(results.map_or(0, |results| results.iter().filter(|result| result.is_err()).count()))
}

fn main() {}
