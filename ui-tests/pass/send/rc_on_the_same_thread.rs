//! `spawn_local` does not require `Send`.

use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn local() -> gen::Result<u32> {
    let shared = Rc::new(6);
    yield_!(gen::moment())?;
    Ok(*shared)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn_local(local()))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
