//! `downcast_ref` of the error at a yield gives the error that was thrown.

use std::future::ready;
use std::num::ParseIntError;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    match yield_!(ready("x".parse())) {
        Err(error) if error.downcast_ref::<ParseIntError>().is_some() => Ok(0),
        other => other,
    }
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 0);
}
