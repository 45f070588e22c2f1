use std::rc::Rc;

use gen::yield_;

#[gen::coroutine]
fn local() -> gen::Result<u32> {
    let shared = Rc::new(1);
    yield_!(gen::moment())?;
    Ok(*shared)
}

fn main() {
    let coroutine = local();
    std::thread::spawn(move || gen::run_sync(coroutine));
    //~^ rustc: future cannot be sent between threads safely
}
