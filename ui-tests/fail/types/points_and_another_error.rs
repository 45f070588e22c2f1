use gen::{yield_, Wait};

#[gen::coroutine]
fn of_another_error() -> Result<u32, std::fmt::Error> {
//~^ gen: `std::fmt::Error` does not take up a `gen::Error`, as which something may fail here that is not its own
//~| note: give it a variant for that: `#[from] gen::Error` with thiserror, else an `impl From<gen::Error>`; or return `gen::Result`, which takes up every error
    yield_!(Wait::<u32>::new("key")).map_err(|_| std::fmt::Error)
}

fn main() {}
