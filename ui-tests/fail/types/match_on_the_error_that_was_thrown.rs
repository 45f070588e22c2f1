//@ rustc: the error at a yield is a `gen::Error`, which has a trace: `error.downcast_ref::<ParseIntError>()` gives the error that was thrown

use std::future::ready;
use std::num::ParseIntError;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    match yield_!(ready("1".parse())) {
        Err(ParseIntError { .. }) => Ok(0),
        //~^ rustc: mismatched types
        other => other,
    }
}

fn main() {}
