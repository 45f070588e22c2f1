//! The error at a yield can be asked for what was thrown.

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
