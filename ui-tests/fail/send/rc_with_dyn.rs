use std::rc::Rc;

use gen::yield_;

#[gen::coroutine(dyn)]
fn local() -> gen::Result<u32> {
//~^ rustc: future cannot be sent between threads safely
    let shared = Rc::new(1);
    yield_!(gen::moment())?;
    Ok(*shared)
}

fn main() {}
