//! Locks, with a failure, a cancellation, a drop, a lost reply, and two of them, at every yield of
//! the tasks that use them. The comment above a test says what users would lose if it failed.

// The replies that are lost need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gen::sync::{Barrier, Condition, Event, Lock, RwLock, Semaphore};
use gen::testing::{explore, Fault};
use gen::yield_;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// The locks, and what their tasks do.
struct World {
    lock: Lock<u32>,
    rw_lock: RwLock<u32>,
    semaphore: Semaphore,
    condition: Condition,
    barrier: Barrier,
    event: Event,
    /// The permits in use, and the tasks that are in the protected part.
    inside: Cell<u32>,
    /// There were more of them than there may be.
    is_violated: Cell<bool>,
    /// Tasks that have begun, and tasks that have ended in some way.
    begun: Cell<u32>,
    ended: Cell<u32>,
    passed: Cell<u32>,
}

const PERMITS: u32 = 2;

fn world() -> Rc<World> {
    Rc::new(World {
        lock: Lock::new(0),
        rw_lock: RwLock::new(0),
        semaphore: Semaphore::new(PERMITS as usize),
        condition: Condition::new(),
        barrier: Barrier::new(2),
        event: Event::new(),
        inside: Cell::new(0),
        is_violated: Cell::new(false),
        begun: Cell::new(0),
        ended: Cell::new(0),
        passed: Cell::new(0),
    })
}

/// Counts a task until it ends, however that is.
struct Counted(Rc<World>);

impl Counted {
    fn begin(world: &Rc<World>) -> Self {
        world.begun.set(world.begun.get() + 1);
        Counted(world.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.ended.set(self.0.ended.get() + 1);
    }
}

/// A task uses so many permits of `most` until this is dropped.
struct Inside<'a>(&'a World, u32);

impl<'a> Inside<'a> {
    fn enter(world: &'a World, permits: u32, most: u32) -> Self {
        world.inside.set(world.inside.get() + permits);
        world.is_violated.set(world.is_violated.get() || world.inside.get() > most);
        Inside(world, permits)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.inside.set(self.0.inside.get() - self.1);
    }
}

/// All tasks have ended, so none has waited for ever, and none has what belongs to another one.
fn all_is_given_back(world: &Rc<World>) -> gen::Result {
    gen::ensure!(!world.is_violated.get(), "too many tasks were in the protected part");
    gen::ensure!(world.begun.get() == world.ended.get(), "a task waits for ever");
    gen::ensure!(world.lock.try_lock().is_some(), "the lock is lost");
    gen::ensure!(world.rw_lock.try_write().is_some(), "the lock of readers and writers is lost");
    let free = world.semaphore.available_permits();
    gen::ensure!(free == PERMITS as usize, "{free} permits are free");
    Ok(())
}

/// Explores two faults at a time in tasks that `spawn` starts. The body waits for the end of each
/// of them.
fn check(spawn: fn(&Rc<World>) -> Vec<gen::JoinHandle<()>>) {
    #[gen::coroutine]
    fn body(world: Rc<World>, spawn: fn(&Rc<World>) -> Vec<gen::JoinHandle<()>>) -> gen::Result {
        for task in spawn(&world) {
            let _ = yield_!(task);
        }
        Ok(())
    }
    let make = || {
        let world = world();
        (world.clone(), body(world, spawn))
    };
    explore(make).pairs().linger(HOUR).invariant(|world, _| all_is_given_back(world)).check();
}

/// A lock, and the order of those in line, would be lost with a task that fails.
#[test]
fn a_lock_survives_two_faults_at_any_yields() {
    #[gen::coroutine]
    fn takes(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        let mut count = yield_!(world.lock.lock())?;
        let _inside = Inside::enter(&world, 1, 1);
        yield_!(gen::sleep(SECOND))?;
        *count += 1;
        Ok(())
    }
    check(|world| (0..3).map(|_| gen::spawn_local(takes(world.clone()))).collect());
}

/// The same with a timeout around the wait, which drops it.
#[test]
fn a_lock_survives_timeouts_that_end_in_the_hand_over() {
    #[gen::coroutine]
    fn takes(world: Rc<World>, time: Duration) -> gen::Result {
        let _counted = Counted::begin(&world);
        let _guard = yield_!(gen::with_timeout(time, world.lock.lock()))?;
        let _inside = Inside::enter(&world, 1, 1);
        yield_!(gen::sleep(SECOND))
    }
    check(|world| {
        let times = [SECOND, SECOND, 2 * SECOND];
        times.into_iter().map(|time| gen::spawn_local(takes(world.clone(), time))).collect()
    });
}

#[test]
fn readers_and_writers_survive_two_faults_at_any_yields() {
    #[gen::coroutine]
    fn reads(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        let _guard = yield_!(world.rw_lock.read())?;
        let _inside = Inside::enter(&world, 1, 2);
        yield_!(gen::sleep(SECOND))
    }
    #[gen::coroutine]
    fn writes(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        let mut guard = yield_!(world.rw_lock.write())?;
        let _inside = Inside::enter(&world, 2, 2);
        yield_!(gen::sleep(SECOND))?;
        *guard += 1;
        Ok(())
    }
    check(|world| {
        vec![
            gen::spawn_local(reads(world.clone())),
            gen::spawn_local(writes(world.clone())),
            gen::spawn_local(reads(world.clone())),
        ]
    });
}

#[test]
fn a_semaphore_survives_two_faults_at_any_yields() {
    #[gen::coroutine]
    fn takes(world: Rc<World>, permits: u32) -> gen::Result {
        let _counted = Counted::begin(&world);
        let _permits = yield_!(world.semaphore.acquire_many(permits))?;
        let _inside = Inside::enter(&world, permits, PERMITS);
        yield_!(gen::sleep(SECOND))
    }
    check(|world| [1, 2, 1].map(|permits| gen::spawn_local(takes(world.clone(), permits))).into());
}

/// A notification would be lost with a task that is cancelled, and another one would wait for ever.
#[test]
fn a_notification_survives_a_fault_at_any_yield() {
    #[gen::coroutine]
    fn waits(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        let notified = yield_!(world.condition.wait());
        // A task that is notified passes it on, also if it fails.
        world.condition.notify_one();
        notified
    }
    #[gen::coroutine]
    fn body(world: Rc<World>) -> gen::Result {
        let tasks = [(); 3].map(|()| gen::spawn_local(waits(world.clone())));
        world.condition.notify_one();
        for task in tasks {
            let _ = yield_!(task);
        }
        Ok(())
    }
    let make = || {
        let world = world();
        (world.clone(), body(world))
    };
    // A task that is dropped while it is in line passes nothing on, and one that is dropped after
    // it was notified does.
    explore(make).linger(HOUR).invariant(|world, _| all_is_given_back(world)).check();
}

/// A task that leaves the barrier would count for those that come later.
#[test]
fn tasks_pass_a_barrier_in_pairs_after_any_fault() {
    #[gen::coroutine]
    fn comes(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        yield_!(gen::with_timeout(SECOND, world.barrier.wait()))?;
        world.passed.set(world.passed.get() + 1);
        Ok(())
    }
    #[gen::coroutine]
    fn body(world: Rc<World>) -> gen::Result {
        for task in [(); 4].map(|()| gen::spawn_local(comes(world.clone()))) {
            let _ = yield_!(task);
        }
        Ok(())
    }
    let make = || {
        let world = world();
        (world.clone(), body(world))
    };
    let faults = [Fault::Error, Fault::Timeout, Fault::Cancel, Fault::Panic];
    explore(make)
        .faults(faults)
        .linger(HOUR)
        .invariant(|world, _| {
            let passed = world.passed.get();
            gen::ensure!(passed == 2 || passed == 4, "{passed} have passed");
            all_is_given_back(world)
        })
        .check();
}

/// A task would wait for ever for an event that was set, or would go on before it was.
#[test]
fn an_event_survives_two_faults_at_any_yields() {
    #[gen::coroutine]
    fn waits(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        // Set in the same moment in which the wait gives up.
        let waited = yield_!(gen::with_timeout(2 * SECOND, world.event.wait()));
        if waited.is_ok() {
            world.is_violated.set(world.is_violated.get() || !world.event.is_set());
        }
        yield_!(world.event.wait())
    }
    /// Sets the event, also if it fails before.
    struct Sets(Rc<World>);
    impl Drop for Sets {
        fn drop(&mut self) {
            self.0.event.set();
        }
    }
    #[gen::coroutine]
    fn sets(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        let _sets = Sets(world);
        yield_!(gen::sleep(2 * SECOND))
    }
    check(|world| {
        let waits = [(); 2].map(|()| gen::spawn_local(waits(world.clone())));
        waits.into_iter().chain([gen::spawn_local(sets(world.clone()))]).collect()
    });
}

/// A holder that panics would take the lock, or permits, with it.
#[test]
fn locks_survive_holders_that_panic_at_any_yields() {
    #[gen::coroutine]
    fn fragile(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        let _permit = yield_!(world.semaphore.acquire())?;
        let mut count = yield_!(world.lock.lock())?;
        let _inside = Inside::enter(&world, 1, 1);
        let _reads = yield_!(world.rw_lock.read())?;
        yield_!(gen::sleep(SECOND)).expect("the work must not fail");
        *count += 1;
        Ok(())
    }
    check(|world| (0..3).map(|_| gen::spawn_local(fragile(world.clone()))).collect());
}

/// A bulkhead would let in more calls than it may, or would close for ever.
#[test]
fn a_bulkhead_is_open_again_after_two_faults_at_any_yields() {
    #[gen::coroutine]
    fn calls(world: Rc<World>) -> gen::Result {
        let _counted = Counted::begin(&world);
        // A call that is refused comes back once.
        for _ in 0..2 {
            let permit = yield_!(gen::with_timeout(SECOND / 2, world.semaphore.acquire()));
            if permit.is_ok() {
                let _inside = Inside::enter(&world, 1, PERMITS);
                yield_!(gen::with_timeout(2 * SECOND, gen::sleep(SECOND)))?;
            }
        }
        Ok(())
    }
    check(|world| (0..3).map(|_| gen::spawn_local(calls(world.clone()))).collect());
}
