use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn local() -> gen::Result<u32> {
    let shared = Rc::new(1);
    yield_!(gen::moment())?;
    Ok(*shared)
}

fn main() {
    drop(gen::spawn(local()));
    //~^ rustc: future cannot be sent between threads safely
}
