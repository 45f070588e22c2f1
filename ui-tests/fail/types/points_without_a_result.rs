use gen::{yield_, Wait};

#[gen::coroutine]
fn forgets() -> u32 {
//~^ gen: a coroutine that yields a `YieldPoint` cannot return `u32`
//~| note: the coroutine fails if it leaves keys that were never waited for, so it has to return a `Result<T, E>` with an `E: From<gen::Error>`
    yield_!(Wait::<u32>::new("key")).unwrap_or(0)
}

fn main() {}
