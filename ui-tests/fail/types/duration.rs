use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(Duration::from_secs(1))?;
    //~^ gen: `Duration` cannot be yielded: it is a time, not a timer
    //~| note: to wait, write `yield_!(gen::sleep(duration))`
    Ok(())
}

fn main() {}
