//! A yield is an expression like any other.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    if yield_!(ready(true))? && yield_!(ready(1))? == 1 {
        return Ok(match 6 {
            n if yield_!(ready(n))? > 5 => n,
            _ => 0,
        });
    }
    while yield_!(ready(false))? {}
    Ok(0)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
