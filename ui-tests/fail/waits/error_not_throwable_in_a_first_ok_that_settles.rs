use std::future::ready;

use gen::yield_;

struct NotAnError;

#[gen::coroutine]
fn body() -> gen::Result<(usize, u8)> {
    let children = [ready(Err::<u8, _>(NotAnError)), ready(Ok(7))];
    let (first, others) = yield_!(gen::first_ok(children).settle())?;
    //~^ gen: `NotAnError` cannot be thrown into a coroutine
    //~| note: an error that is thrown is a `std::error::Error` and `Send + Sync + 'static`, or a `String`, `&'static str` or `Box<dyn Error + Send + Sync>`
    //~| note: make `NotAnError` one of these, by an `impl std::error::Error` or in a `map_err(..)`; or take the output as it is with `gen::raw(..)`
    let _failed = others.iter().filter(|(_, result)| result.is_err()).count();
    Ok(first)
}

fn main() {}
