//@ several: a `RefMut` is not `Send` for two reasons, and rustc names both

use std::cell::RefCell;

use gen::yield_;

#[gen::coroutine]
fn count(cell: RefCell<u32>) -> gen::Result<u32> {
    let number = cell.borrow_mut();
    yield_!(gen::moment())?;
    Ok(*number)
}

fn main() {
    drop(gen::spawn(count(RefCell::default())));
    //~^ rustc: future cannot be sent between threads safely
    //~^^ rustc: future cannot be sent between threads safely
}
