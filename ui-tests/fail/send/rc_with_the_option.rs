use std::rc::Rc;

use gen::yield_;

#[gen::coroutine(send)]
fn local(n: u32) -> gen::Result<u32> {
//~^ rustc: future cannot be sent between threads safely
    let shared = Rc::new(n);
    yield_!(std::future::ready(()))?;
    Ok(*shared)
}

fn main() {
    let _ = gen::run_sync(local(1));
}
