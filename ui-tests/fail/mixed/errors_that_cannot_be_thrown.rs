use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}
struct NotAnError;

#[gen::coroutine]
fn body() -> gen::Result {
    let pair = (ready(Err::<u8, _>(NotAnError)), ready(Err::<u8, _>(NotAnError)));
    yield_!(pair)?;
    //~^ gen: a `Result` would lie unopened in what this yields, and its error would be lost
    //~| note: an error that is no `std::error::Error` is not opened either: `impl std::error::Error` for it
    //~| note: to get each `Result` as it is: `yield_!(gen::raw(..))`
    Ok(())
}

fn main() {}
