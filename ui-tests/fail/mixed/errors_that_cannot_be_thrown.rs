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
    //~^ gen: this yield would leave a `Result` unopened, and its error would be lost
    //~| note: a `Result` is not opened either if its error is not a `std::error::Error`: write `impl std::error::Error` for it
    //~| note: to get each `Result` unopened, write `yield_!(gen::raw(..))`
    Ok(())
}

fn main() {}
