//! Follows the note for `()`.

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    Ok(6)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
