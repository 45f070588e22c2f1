//! Follows the note for a box.

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let future: Box<dyn std::future::Future<Output = u32>> = Box::new(async { 6 });
    yield_!(Box::into_pin(future))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
