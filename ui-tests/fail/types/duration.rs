use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Duration::from_secs(1))?;
    //~^ gen: `Duration` cannot be yielded: it is a time, and no timer
    //~| note: to wait for it: `yield_!(gen::sleep(duration))`
    Ok(())
}

fn main() {}
