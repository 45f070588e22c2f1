//! The type of an empty list is written.

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let none = yield_!(Vec::<std::future::Ready<u32>>::new())?;
    Ok(6 + none.len() as u32)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
