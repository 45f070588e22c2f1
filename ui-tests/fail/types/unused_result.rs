#![deny(unused_must_use)]

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    yield_!(gen::moment());
    //~^ rustc: unused `Result` that must be used
    Ok(())
}

fn main() {
    let _ = gen::run_sync(body());
}
