//! A thread sets a promise when it ends. The body yields its future.

use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let (promise, future) = gen::promise();
    let thread = std::thread::spawn(move || promise.set(42));
    let answer = yield_!(future);
    thread.join().unwrap().unwrap();
    answer
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 42);
}
