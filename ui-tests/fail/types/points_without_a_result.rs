//! A body that yields points can fail by a leak, so it has to return a `Result`.

use gen::{yield_, Wait};

#[gen::coroutine]
fn forgets() -> u32 {
    yield_!(Wait::<u32>::new("key")).unwrap_or(0)
}

#[gen::coroutine]
fn of_another_error() -> Result<u32, std::fmt::Error> {
    yield_!(Wait::<u32>::new("key")).map_err(|_| std::fmt::Error)
}

fn main() {}
