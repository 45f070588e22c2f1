use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result {
    let second = Duration::from_secs(1);
    yield_!(gen::with_timeout(second, (save(), async {})).cancel(second))?;
    //~^ gen: a `Result` would lie unopened in what this yields, and its error would be lost
    //~| note: make what cannot fail a future that can, and all of it is opened: `gen::ok(future)`
    Ok(())
}

fn main() {}
