//! Follows the help for a yield that a macro hides.

use std::future::ready;

use gen::yield_;

macro_rules! fetch {
    ($n:expr) => {
        ready($n)
    };
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(fetch!(6))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
