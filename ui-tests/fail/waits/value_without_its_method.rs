//@ several: one for each value

use std::sync::Arc;

use gen::queue::Queue;
use gen::sync::{Barrier, Condition, Event, Lock, RwLock, Semaphore};
use gen::{yield_, Batch, Every};

#[gen::coroutine]
fn locks(lock: &Lock<u32>, shared: Arc<RwLock<u32>>, semaphore: Semaphore) -> gen::Result {
    yield_!(lock)?;
    //~^ gen: `[..]Lock<u32>` cannot be yielded, only the wait for it
    //~| note: write `yield_!(lock.lock())`
    yield_!(shared)?;
    //~^ gen: `[..]RwLock<u32>` cannot be yielded, only the wait for it
    //~| note: write `yield_!(lock.read())` or `yield_!(lock.write())`
    yield_!(semaphore)
    //~^ gen: `[..]Semaphore` cannot be yielded, only the wait for a permit
    //~| note: write `yield_!(semaphore.acquire())`
}

#[gen::coroutine]
fn events(event: Event, condition: &Condition, barrier: Arc<Barrier>) -> gen::Result {
    yield_!(event)?;
    //~^ gen: `[..]Event` cannot be yielded, only the wait for it
    //~| note: write `yield_!(value.wait())`, such as `yield_!(event.wait())`
    yield_!(condition)?;
    //~^ gen: `[..]Condition` cannot be yielded, only the wait for it
    //~| note: write `yield_!(value.wait())`, such as `yield_!(event.wait())`
    yield_!(barrier)
    //~^ gen: `[..]Barrier` cannot be yielded, only the wait for it
    //~| note: write `yield_!(value.wait())`, such as `yield_!(event.wait())`
}

#[gen::coroutine]
fn others(queue: Queue<u32>, batch: Batch<u32, u32>, mut ticks: Every) -> gen::Result {
    yield_!(queue)?;
    //~^ gen: `[..]Queue<u32>` cannot be yielded, only the wait for an item or for room
    //~| note: write `yield_!(queue.get())` for the next item, or `yield_!(queue.put(item))`
    yield_!(batch)?;
    //~^ gen: `[..]Batch<u32, u32>` cannot be yielded, only the load of a key
    //~| note: write `yield_!(batch.load(key))`
    yield_!(&mut ticks)
    //~^ gen: `Every` cannot be yielded, only the wait for its next tick
    //~| note: write `let tick = yield_!(every.next())?` for each tick
}

fn main() {}
