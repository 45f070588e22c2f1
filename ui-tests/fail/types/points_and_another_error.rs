use gen::{yield_, Wait};

#[gen::coroutine]
fn of_another_error() -> Result<u32, std::fmt::Error> {
//~^ gen: `std::fmt::Error` cannot be made from a `gen::Error`, which may occur here too
//~| note: the runtime may raise an error of its own here: give the type a variant for it, by `#[from] gen::Error` with thiserror or by an `impl From<gen::Error>`; or return `gen::Result`, which holds any error
    yield_!(Wait::<u32>::new("key")).map_err(|_| std::fmt::Error)
}

fn main() {}
