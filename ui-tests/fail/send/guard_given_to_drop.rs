//@ rustc: the guard is dropped, but rustc counts a guard that was dereferenced as alive until the end of its block, in an `async fn` too: put it into a block of its own

use std::sync::{Arc, Mutex};

use gen::yield_;

#[gen::coroutine]
fn locked(shared: Arc<Mutex<u32>>) -> gen::Result<u32> {
    let guard = shared.lock().unwrap();
    let n = *guard;
    drop(guard);
    yield_!(gen::moment())?;
    Ok(n)
}

fn main() {
    drop(gen::spawn(locked(Arc::default())));
    //~^ rustc: future cannot be sent between threads safely
}
