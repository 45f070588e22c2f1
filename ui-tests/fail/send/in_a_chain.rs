use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn inner() -> gen::Result<u32> {
    let shared = Rc::new(1);
    yield_!(gen::moment())?;
    Ok(*shared)
}

#[gen::coroutine]
fn outer() -> gen::Result<u32> {
    yield_!(inner())
}

fn main() {
    drop(gen::spawn(outer()));
    //~^ rustc: future cannot be sent between threads safely
}
