//@ rustc: rustc suggests `+ use<>`, which a coroutine cannot have; the cause is the borrow

use gen::yield_;

#[gen::coroutine]
fn print(text: &str) -> gen::Result {
    println!("{text}");
    Ok(())
}

#[gen::coroutine]
fn body() -> gen::Result {
    let text = String::new();
    yield_!(gen::spawn_local(print(&text)))
    //~^ rustc: `text` does not live long enough
}

fn main() {
    let _ = gen::run_sync(body());
}
