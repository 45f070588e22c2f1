use gen::{yield_, Wait};

#[gen::coroutine]
fn forgets() {
//~^ gen: a coroutine that yields a `YieldPoint` cannot return `()`
//~| note: the coroutine fails if it leaves keys that were never waited for, so it has to return a `Result<T, E>` with an `E: From<gen::Error>`
    let _ = yield_!(Wait::<u32>::new("key"));
}

fn main() {}
