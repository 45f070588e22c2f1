//! Loops of the body may be labelled and left.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let n = 'outer: loop {
        loop {
            if let Ok(n) = yield_!(ready(6)) {
                break 'outer n;
            }
        }
    };
    Ok(n)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
