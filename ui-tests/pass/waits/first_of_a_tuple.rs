//! The children of a tuple may have different types, and be cancelled or not able to fail.

use std::future::{pending, ready};

use gen::{yield_, OneOf2, OneOf3};

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let number = yield_!(gen::first_of((ready(1), ready(2))))?.into_inner();
    match yield_!(gen::first_of((pending::<()>(), ready("two"))).cancel())? {
        OneOf2::First(()) => {}
        OneOf2::Second(text) => assert_eq!(text, "two"),
    }
    let fails = ready("3".parse::<u32>());
    match yield_!(gen::first_of((fails, gen::ok(async {}), gen::sleep(std::time::Duration::MAX))))? {
        OneOf3::First(three) => Ok(number + three),
        OneOf3::Second(()) | OneOf3::Third(()) => Ok(0),
    }
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 4);
}
