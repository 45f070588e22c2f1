//! An argument that two calls need is cloned.

use gen::yield_;

#[gen::coroutine]
fn length(text: String) -> gen::Result<usize> {
    Ok(text.len())
}

#[gen::coroutine]
fn body(text: String) -> gen::Result<usize> {
    let (a, b) = yield_!((length(text.clone()), length(text)))?;
    Ok(a + b)
}

fn main() {
    assert_eq!(gen::run_sync(body("abc".to_owned())).unwrap(), 6);
}
