//! A tuple that is written out in the yield may mix elements that can fail with others. Each error
//! arrives at the yield.

use gen::yield_;

#[gen::coroutine]
fn save() -> gen::Result {
    Err(gen::Error::new("the disk is full"))
}

#[gen::coroutine]
fn body() -> gen::Result {
    let (_, ()) = yield_!((async { 1 }, save()))?;
    Ok(())
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap_err().to_string(), "the disk is full");
}
