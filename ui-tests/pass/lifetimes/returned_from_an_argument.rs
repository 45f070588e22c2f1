//! The result may borrow from an argument, if it is the only one or its lifetime has a name.

use std::future::ready;

use gen::yield_;

#[gen::coroutine]
fn first(text: &str) -> gen::Result<&str> {
    Ok(&text[..yield_!(ready(1))?])
}

#[gen::coroutine]
fn left<'a>(a: &'a str, _: &str) -> &'a str {
    a
}

fn main() {
    let text = String::from("abc");
    assert_eq!(gen::run_sync(first(&text)).unwrap(), "a");
    assert_eq!(gen::block_on(left(&text, &String::new())), "abc");
}
