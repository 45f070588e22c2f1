//@ rustc: it suggests `+ use<>`, which cannot be added to a coroutine; what is borrowed is the reason

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
