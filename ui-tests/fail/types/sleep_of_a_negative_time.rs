use std::time::Duration;

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::sleep(Duration::from_secs(-1)))
    //~^ rustc: cannot apply unary operator `-` to type `u64`
}

fn main() {}
