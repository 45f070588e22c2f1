use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn local(shared: Rc<u32>) -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(*shared)
}

fn main() {
    drop(gen::spawn(local(Rc::new(1))));
    //~^ rustc: future cannot be sent between threads safely
}
