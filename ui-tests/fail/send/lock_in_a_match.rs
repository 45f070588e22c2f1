use std::sync::{Arc, Mutex};

use gen::yield_;

#[gen::coroutine]
fn locked(shared: Arc<Mutex<u32>>) -> gen::Result {
    match *shared.lock().unwrap() {
        0 => yield_!(gen::moment()),
        _ => Ok(()),
    }
}

fn main() {
    drop(gen::spawn(locked(Arc::default())));
    //~^ rustc: future cannot be sent between threads safely
}
