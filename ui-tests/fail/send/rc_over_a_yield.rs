use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn local(n: u32) -> gen::Result<u32> {
    let shared = Rc::new(n);
    yield_!(std::future::ready(()))?;
    Ok(*shared)
}

fn send<T: Send>(_: T) {}

fn main() {
    send(local(1));
    //~^ rustc: future cannot be sent between threads safely
}
