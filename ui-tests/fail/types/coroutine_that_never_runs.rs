#![deny(unused_must_use)]

use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    yield_!(gen::moment())
}

#[gen::coroutine]
fn body() -> gen::Result {
    save();
    //~^ rustc: unused implementer of `gen::Coroutine` that must be used
    Ok(())
}

fn main() {
    let _ = gen::run_sync(body());
}
