//@ rustc: rustc suggests `+ use<>`, which a coroutine cannot have; the cause is the borrow

use std::future::Future;

fn spawn<F: Future + Send + 'static>(_: F) {}

#[gen::coroutine]
fn length(text: &str) -> gen::Result<usize> {
    Ok(text.len())
}

fn main() {
    let text = String::from("text");
    spawn(length(&text));
    //~^ rustc: `text` does not live long enough
}
