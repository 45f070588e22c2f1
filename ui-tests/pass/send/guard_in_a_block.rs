//! The block drops the guard before the yield.

use std::sync::{Arc, Mutex};

use gen::yield_;

#[gen::coroutine]
fn locked(shared: Arc<Mutex<u32>>) -> gen::Result<u32> {
    let n = {
        let guard = shared.lock().unwrap();
        *guard
    };
    yield_!(gen::moment())?;
    Ok(n)
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    yield_!(gen::spawn(locked(Arc::new(Mutex::new(6)))))
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 6);
}
