use gen::{yield_, Wait};

#[gen::coroutine]
fn of_another_error() -> Result<u32, std::fmt::Error> {
//~^ gen: a coroutine that yields a `YieldPoint` cannot return `Result<u32, std::fmt::Error>`
//~| note: it fails if keys are left that were never waited for, so it has to return a `Result<T, E>` with an `E: From<gen::Error>`
    yield_!(Wait::<u32>::new("key")).map_err(|_| std::fmt::Error)
}

fn main() {}
