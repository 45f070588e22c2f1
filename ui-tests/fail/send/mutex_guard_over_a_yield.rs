use std::sync::{Arc, Mutex};

use gen::yield_;

#[gen::coroutine]
fn locked(shared: Arc<Mutex<u32>>) -> gen::Result<u32> {
    let guard = shared.lock().unwrap();
    yield_!(gen::moment())?;
    Ok(*guard)
}

fn main() {
    drop(gen::spawn(locked(Arc::default())));
    //~^ rustc: future cannot be sent between threads safely
}
