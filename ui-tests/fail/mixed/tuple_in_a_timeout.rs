use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::with_timeout(Duration::from_secs(1), (save(), async {})))?;
    //~^ gen: this yield would leave a `Result` unopened, and its error would be lost
    //~| note: for each future that cannot fail, write `gen::ok(future)`; then the yield opens all of them
    //~| note: to get each `Result` unopened, write `yield_!(gen::raw(..))`
    Ok(())
}

fn main() {}
