//! A tuple whose elements cannot fail is handed over unchanged. So is a `Result` that lies inside
//! the value of a future.

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
