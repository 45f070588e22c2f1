use std::cell::Cell;

use gen::yield_;

#[gen::coroutine]
fn count(cell: &'static Cell<u32>) -> gen::Result {
    yield_!(gen::moment())?;
    cell.set(1);
    Ok(())
}

fn main() {
    drop(gen::spawn(count(Box::leak(Box::default()))));
    //~^ rustc: future cannot be sent between threads safely
}
