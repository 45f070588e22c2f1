//@ rustc: it asks for the conversion; the reason is that a body with yield points fails if it leaves keys behind

use gen::{yield_, Wait};

#[gen::coroutine]
fn of_another_error() -> Result<u32, std::fmt::Error> {
//~^ rustc: the trait bound `std::fmt::Error: From<gen::Error>` is not satisfied
    yield_!(Wait::<u32>::new("key")).map_err(|_| std::fmt::Error)
}

fn main() {}
