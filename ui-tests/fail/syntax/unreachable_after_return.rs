#![deny(unreachable_code)]

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result {
    return Ok(());
    yield_!(gen::moment())?;
    //~^ rustc: unreachable statement
    Ok(())
}

fn main() {
    let _ = gen::run_sync(body());
}
