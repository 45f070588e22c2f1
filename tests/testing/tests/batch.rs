//! Batches, with a failure, a cancellation, a drop, a panic and a lost reply, and two of them, at
//! every yield of the tasks that load and of those that make the calls. A panic unwinds the task.
//! The comment above a test says what users would lose if it failed.

// The replies that are lost need them.
#![cfg(any(debug_assertions, feature = "testing"))]

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gen::testing::explore;
use gen::{yield_, LocalBatch, LocalSingleFlight};
use testing::unwind::unwinding;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug, Default)]
struct Ledger {
    tasks_begun: Cell<u32>,
    tasks_ended: Cell<u32>,
    /// The tasks that have got all their values.
    tasks_served: Cell<u32>,
    calls_begun: Cell<u32>,
    calls_ended: Cell<u32>,
    /// The calls that have given their values.
    calls_served: Cell<u32>,
    values_made: Cell<u32>,
    values_dropped: Cell<u32>,
}

fn count(counter: &Cell<u32>) {
    counter.set(counter.get() + 1);
}

/// Counts its end, in any way.
struct Counted(Rc<Ledger>, fn(&Ledger) -> &Cell<u32>);

impl Drop for Counted {
    fn drop(&mut self) {
        count((self.1)(&self.0));
    }
}

/// The value of a key.
#[derive(Clone)]
struct Value {
    key: u32,
    _counted: Rc<Counted>,
}

fn value(ledger: &Rc<Ledger>, key: u32) -> Value {
    count(&ledger.values_made);
    Value { key, _counted: Rc::new(Counted(ledger.clone(), |ledger| &ledger.values_dropped)) }
}

fn begin_call(ledger: &Rc<Ledger>) -> Counted {
    count(&ledger.calls_begun);
    Counted(ledger.clone(), |ledger| &ledger.calls_ended)
}

/// Takes a second, and a moment to clean up.
#[gen::coroutine]
fn works() -> gen::Result {
    if let Err(error) = unwinding(yield_!(gen::sleep(SECOND))) {
        unwinding(yield_!(gen::moment()))?;
        return Err(error);
    }
    Ok(())
}

/// The function of the batch.
#[gen::coroutine]
fn fetches(ledger: Rc<Ledger>, keys: Vec<u32>) -> gen::Result<Vec<gen::Result<Value>>> {
    let _counted = begin_call(&ledger);
    gen::ensure!(!keys.is_empty(), "a call without keys");
    yield_!(works())?;
    count(&ledger.calls_served);
    Ok(keys.into_iter().map(|key| gen::Ok(value(&ledger, key))).collect())
}

/// The function of the single flight.
#[gen::coroutine]
fn fetches_one(ledger: Rc<Ledger>, key: u32) -> gen::Result<Value> {
    let _counted = begin_call(&ledger);
    yield_!(works())?;
    count(&ledger.calls_served);
    Ok(value(&ledger, key))
}

#[derive(Clone)]
enum Loader {
    Batch(LocalBatch<u32, Value>),
    SingleFlight(LocalSingleFlight<u32, Value>),
}

impl Loader {
    fn load(&self, key: u32) -> gen::LocalLoad<u32, Value> {
        match self {
            Loader::Batch(batch) => batch.load(key),
            Loader::SingleFlight(flight) => flight.load(key),
        }
    }
}

/// Loads two keys together, and then one that another task loads, too.
#[gen::coroutine]
fn loads(ledger: Rc<Ledger>, loader: Loader, key: u32) -> gen::Result {
    count(&ledger.tasks_begun);
    let _counted = Counted(ledger.clone(), |ledger| &ledger.tasks_ended);
    let [own, shared] = unwinding(yield_!([key, 7].map(|key| loader.load(key))))?;
    assert_eq!((own.key, shared.key), (key, 7));
    unwinding(yield_!(gen::sleep(SECOND * key)))?;
    let late = unwinding(yield_!(gen::with_timeout(SECOND * 10, loader.load(8))))?;
    assert_eq!(late.key, 8);
    count(&ledger.tasks_served);
    Ok(())
}

#[gen::coroutine]
fn body(ledger: Rc<Ledger>, loader: Loader) -> gen::Result {
    let tasks = [1, 2, 3].map(|key| gen::spawn_local(loads(ledger.clone(), loader.clone(), key)));
    for task in tasks {
        let _ = yield_!(task);
    }
    // The batch can be used whatever has happened. It is a task, because it may panic.
    let _ = yield_!(gen::spawn_local(loads(ledger, loader, 4)));
    Ok(())
}

type World = Rc<Ledger>;

fn world(
    loader: impl Fn(Rc<Ledger>) -> Loader,
) -> impl Fn() -> (World, gen::LocalBoxCoroutine<'static, gen::Result>) {
    move || {
        let ledger = World::default();
        (ledger.clone(), gen::LocalBoxCoroutine::new(body(ledger.clone(), loader(ledger))))
    }
}

fn batch(ledger: Rc<Ledger>) -> LocalBatch<u32, Value> {
    gen::batch_local(move |keys| fetches(ledger.clone(), keys))
}

fn check(ledger: &Ledger) -> gen::Result {
    let Ledger { tasks_begun, tasks_ended, calls_begun, calls_ended, .. } = ledger;
    gen::ensure!(tasks_begun == tasks_ended, "a task waits for ever: {ledger:?}");
    gen::ensure!(calls_begun == calls_ended, "a call goes on for nobody: {ledger:?}");
    gen::ensure!(ledger.values_made == ledger.values_dropped, "a value is kept: {ledger:?}");
    Ok(())
}

/// A fault of a task that loads is the problem of that task alone.
fn check_others(ledger: &Ledger) -> gen::Result {
    check(ledger)?;
    let harmed = ledger.tasks_begun.get() - ledger.tasks_served.get();
    let failed = ledger.calls_begun.get() - ledger.calls_served.get();
    gen::ensure!(harmed <= 1 || failed > 0, "a fault has harmed other tasks: {ledger:?}");
    Ok(())
}

/// A load would hang, or get an error that is that of another one.
#[test]
fn the_loads_of_a_batch_end_well_whatever_fails() {
    explore(world(|ledger| Loader::Batch(batch(ledger))))
        .linger(HOUR)
        .invariant(|ledger, _| check_others(ledger))
        .check();
}

/// As above, where loads come and go while a call gathers keys.
#[test]
fn the_loads_of_a_window_end_well_whatever_fails() {
    explore(world(|ledger| Loader::Batch(batch(ledger).window(SECOND * 3).max(3))))
        .linger(HOUR)
        .invariant(|ledger, _| check_others(ledger))
        .check();
}

/// As above, where the function is called in the poll of the load.
#[test]
fn the_loads_of_a_single_flight_end_well_whatever_fails() {
    let flight = |ledger: Rc<Ledger>| {
        Loader::SingleFlight(gen::single_flight_local(move |key| fetches_one(ledger.clone(), key)))
    };
    explore(world(flight)).linger(HOUR).invariant(|ledger, _| check_others(ledger)).check();
}

/// The loads that are left would hang.
#[test]
fn two_faults_leave_no_load_behind() {
    explore(world(|ledger| Loader::Batch(batch(ledger).window(SECOND).max(3))))
        .pairs()
        .visits(1)
        .linger(HOUR)
        .invariant(|ledger, _| check(ledger))
        .check();
}
