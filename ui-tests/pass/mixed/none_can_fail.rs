//! What none of can fail is handed over as it is, and so is a `Result` that a future has put into a value of its own.

use std::future::ready;
use std::num::ParseIntError;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<Vec<(u8, Option<Result<u8, ParseIntError>>)>> {
    let pair = (ready(1), ready(Some("x".parse::<u8>())));
    yield_!(vec![pair])
}

fn main() {
    let pairs = gen::run_sync(body()).unwrap();
    assert_eq!(pairs[0].0, 1);
    assert!(pairs[0].1.as_ref().unwrap().is_err());
}
