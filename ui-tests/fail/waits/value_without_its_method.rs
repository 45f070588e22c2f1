//@ several: one for each value

use std::sync::Arc;

use gen::queue::{PriorityQueue, Queue, Stack};
use gen::sync::{Barrier, Condition, Event, Lock, RwLock, Semaphore};
use gen::{yield_, Batch, Every, LocalBatch, LocalSingleFlight, SingleFlight};

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
fn queues(queue: Queue<u32>, smallest: PriorityQueue<u32>, newest: &Stack<u32>) -> gen::Result {
    yield_!(queue)?;
    //~^ gen: `[..]Queue<u32>` cannot be yielded, only the wait for an item or for room
    //~| note: write `yield_!(queue.get())` for the next item, or `yield_!(queue.put(item))`
    yield_!(smallest)?;
    //~^ gen: `[..]PriorityQueue<u32>` cannot be yielded, only the wait for an item or for room
    //~| note: write `yield_!(queue.get())` for the next item, or `yield_!(queue.put(item))`
    yield_!(newest)
    //~^ gen: `[..]Stack<u32>` cannot be yielded, only the wait for an item or for room
    //~| note: write `yield_!(queue.get())` for the next item, or `yield_!(queue.put(item))`
}

#[gen::coroutine]
fn loads(batch: Batch<u32, u32>, flight: &SingleFlight<u32, u32>) -> gen::Result {
    yield_!(batch)?;
    //~^ gen: `[..]Batch<u32, u32>` cannot be yielded, only the load of a key
    //~| note: write `yield_!(value.load(key))`, such as `yield_!(batch.load(key))`
    yield_!(flight)
    //~^ gen: `[..]SingleFlight<u32, u32>` cannot be yielded, only the load of a key
    //~| note: write `yield_!(value.load(key))`, such as `yield_!(batch.load(key))`
}

#[gen::coroutine]
fn local_loads(batch: LocalBatch<u32, u32>, flight: LocalSingleFlight<u32, u32>) -> gen::Result {
    yield_!(batch)?;
    //~^ gen: `[..]LocalBatch<u32, u32>` cannot be yielded, only the load of a key
    //~| note: write `yield_!(value.load(key))`, such as `yield_!(batch.load(key))`
    yield_!(flight)
    //~^ gen: `[..]LocalSingleFlight<u32, u32>` cannot be yielded, only the load of a key
    //~| note: write `yield_!(value.load(key))`, such as `yield_!(batch.load(key))`
}

#[gen::coroutine]
fn others(mut ticks: Every) -> gen::Result {
    yield_!(&mut ticks)
    //~^ gen: `Every` cannot be yielded, only the wait for its next tick
    //~| note: write `let tick = yield_!(every.next())?` for each tick
}

fn main() {}
