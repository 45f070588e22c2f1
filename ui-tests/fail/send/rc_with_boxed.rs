use std::rc::Rc;

use gen::yield_;

fn spawn<F: std::future::Future + Send + 'static>(_: F) {}

#[gen::coroutine(boxed)]
fn local() -> gen::Result<u32> {
    let shared = Rc::new(1);
    yield_!(gen::moment())?;
    Ok(*shared)
}

fn main() {
    spawn(local());
    //~^ rustc: future cannot be sent between threads safely
}
