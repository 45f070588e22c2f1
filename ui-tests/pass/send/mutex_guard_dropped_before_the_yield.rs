//! The lock is released before the yield.

use std::sync::{Arc, Mutex};

use gen::yield_;

#[gen::coroutine]
fn locked(shared: Arc<Mutex<u32>>) -> gen::Result<u32> {
    *shared.lock().unwrap() += 1;
    yield_!(gen::moment())?;
    let n = *shared.lock().unwrap();
    Ok(n)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(locked(Arc::new(Mutex::new(5)))))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
