//@ rustc: a task may outlive its caller, so it cannot borrow from its arguments: move the data into it, or start it in a `gen::scope`

use gen::yield_;

#[gen::coroutine]
fn length(text: &str) -> gen::Result<usize> {
    Ok(text.len())
}

#[gen::coroutine]
fn body(text: &str) -> gen::Result<usize> {
    yield_!(gen::spawn(length(text)))
    //~^ rustc: borrowed data escapes outside of function
}

fn main() {}
