use std::time::Duration;

use gen::queue::Queue;
use gen::sync::{Event, Lock, RwLock, Semaphore};
use gen::yield_;

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let (lock, shared, semaphore) = (Lock::new(1), RwLock::new(2), Semaphore::new(1));
    let one = *yield_!(lock.lock())?;
    let two = *yield_!(shared.read())?;
    let _permit = yield_!(semaphore.acquire())?;
    let event = Event::new();
    event.set();
    yield_!(event.wait())?;
    let queue = Queue::bounded(1);
    yield_!(queue.put(4))?;
    let four = yield_!(queue.get())?;
    let batch = gen::batch(async |keys: Vec<u32>| gen::Ok(keys.into_iter().map(gen::Ok).collect::<Vec<_>>()));
    let eight = yield_!(batch.load(8))?;
    let mut every = gen::every(Duration::from_millis(1));
    yield_!(every.next())?;
    Ok(one + two + four + eight)
}

fn main() {
    assert_eq!(gen::run_sync(body()).unwrap(), 15);
}
