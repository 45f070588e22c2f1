//! `gen::sleep` waits for a duration.

use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::sleep(Duration::ZERO))
}

fn main() {
    gen::run_sync(body()).unwrap();
}
