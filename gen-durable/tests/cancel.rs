//! A cancellation is in the journal before it arrives, and the clean-up is durable, too.

mod world;

use std::future::pending;
use std::time::Duration;

use gen::yield_;
use gen_durable::{permanent, signal, sleep, step, uuid, version, MemoryJournal, Records};
use world::{block_on, World};

#[gen::coroutine]
fn branch(world: World, name: &'static str) -> gen::Result<&'static str> {
    match yield_!(sleep(Duration::from_secs(3600))) {
        Err(error) if error.is_cancelled() => {
            let label = format!("undo {name}");
            yield_!(step(label.clone(), world.work(&label, ())))?;
            yield_!(sleep(Duration::from_secs(60)))?;
            let label = format!("close {name}");
            yield_!(step(label.clone(), world.work(&label, ())))?;
            Err(error.context(name))
        }
        other => other.map(|()| "slept"),
    }
}

#[gen::coroutine]
fn body(world: World) -> gen::Result<String> {
    yield_!(step("begin", world.work("begin", ())))?;
    let ends = yield_!(gen::raw(vec![branch(world.clone(), "a"), branch(world, "b")]))?;
    Ok(ends.into_iter().map(|end| format!("{:#}", end.unwrap_err())).collect::<Vec<_>>().join("; "))
}

const END: &str = "a: cancelled: the user left; b: cancelled: the user left";

#[gen::coroutine]
fn cancelled(world: World, records: Records) -> gen::Result<String> {
    let task = gen::spawn(gen_durable::run(body(world), MemoryJournal::new(&records)));
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    yield_!(task.cancel("the user left"))?;
    yield_!(task)
}

#[test]
fn a_cancellation_reaches_each_leaf_and_the_clean_up_takes_steps() {
    let (world, records) = (World::default(), Records::new());
    assert_eq!(block_on(cancelled(world.clone(), records.clone())).unwrap(), END);
    assert_eq!(world.log(), ["begin", "undo a", "undo b", "close a", "close b"]);
    assert_eq!(records.steps(), world.log());
}

#[gen::coroutine]
fn reserves(world: World) -> gen::Result {
    let reserved = step("reserve", world.work("reserve", ()));
    let used = gen::bracket(reserved, async |(): &mut ()| signal::<()>("used").await);
    yield_!(used.release(move |(), _| step("give back", world.work("give back", ()))))
}

/// A task would give back, outside of the journal, what the next process still uses.
#[test]
fn a_run_that_is_dropped_starts_no_release() {
    let (world, records) = (World::default(), Records::new());
    let run = || gen_durable::run(reserves(world.clone()), MemoryJournal::new(&records));
    block_on(async {
        let second = Duration::from_secs(1);
        assert!(gen::with_timeout(second, run()).join().await.is_err());
        gen::sleep(second).await
    })
    .unwrap();
    assert_eq!(world.log(), ["reserve"]);
    records.send_signal("used", &()).unwrap();
    block_on(run()).unwrap();
    assert_eq!(world.log(), ["reserve", "give back"]);
}

#[test]
fn a_process_that_dies_in_a_clean_up_goes_on_with_it() {
    let (world, records) = (World::default(), Records::new());
    block_on(cancelled(world.clone(), records.clone())).unwrap();
    let all = world.log();
    // From the entry of the cancellation on, no task has to cancel it again.
    let first = (0..).find(|len| format!("{:?}", records.cut(*len)).contains("Cancelled")).unwrap();
    for len in first..=records.len() {
        let (world, cut) = (World::default(), records.cut(len));
        let recorded = cut.steps();
        let run = gen_durable::run(body(world.clone()), MemoryJournal::new(&cut));
        assert_eq!(block_on(run).unwrap(), END);
        assert_eq!([recorded, world.log()].concat(), all, "after {len} entries");
    }
}

#[gen::coroutine]
fn shut_down(world: World, records: Records) -> gen::Result {
    let run = gen_durable::run(body(world), MemoryJournal::new(&records));
    gen::spawn(run).on_done(|end| assert!(end.unwrap_err().is_cancelled()));
    yield_!(gen::sleep(Duration::from_secs(1)))
}

#[test]
fn a_shutdown_of_the_loop_is_no_cancellation_and_the_next_run_goes_on() {
    let (world, records) = (World::default(), Records::new());
    let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    io_loop.run_sync(shut_down(world.clone(), records.clone())).unwrap();
    io_loop.shutdown(Duration::from_secs(1));
    assert_eq!(world.log(), ["begin"]);
    assert_eq!(records.len(), 4, "two sleeps, and the step with its end: {records:?}");
}

#[gen::coroutine]
fn shielded(world: World) -> gen::Result<&'static str> {
    yield_!(gen::shield(step("inner", world.work("inner", ()))))?;
    yield_!(gen::shield(sleep(Duration::from_secs(60))))?;
    match yield_!(step("outer", pending::<gen::Result>)) {
        Err(error) if error.is_cancelled() => Ok("cancelled after the shield"),
        _ => Ok("not cancelled"),
    }
}

#[gen::coroutine]
fn cancelled_in_a_shield(records: Records) -> gen::Result<&'static str> {
    let run = gen_durable::run(shielded(World::default()), MemoryJournal::new(&records));
    let task = gen::spawn(run);
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    yield_!(task.cancel("enough"))?;
    yield_!(task)
}

#[test]
fn a_shield_holds_a_cancellation_back_also_in_a_replay() {
    let records = Records::new();
    let end = block_on(cancelled_in_a_shield(records.clone())).unwrap();
    assert_eq!(end, "cancelled after the shield");
    let run = gen_durable::run(shielded(World::default()), MemoryJournal::new(&records));
    assert_eq!(block_on(run).unwrap(), "cancelled after the shield");
}

#[gen::coroutine]
fn cancelled_twice_in_a_shield(records: Records) -> gen::Result<String> {
    let run = gen_durable::run(shielded_twice(), MemoryJournal::new(&records));
    let task = gen::spawn(run);
    for reason in ["the first", "the second"] {
        yield_!(gen::sleep(Duration::from_secs(1)))?;
        drop(task.cancel(reason));
    }
    yield_!(task)
}

#[gen::coroutine]
fn shielded_twice() -> gen::Result<String> {
    yield_!(gen::shield(sleep(Duration::from_secs(60))))?;
    let first = yield_!(sleep(Duration::from_secs(60))).unwrap_err();
    // The second one has joined the first one, so that the clean-up goes on.
    yield_!(sleep(Duration::from_secs(60)))?;
    Ok(format!("{first:#}"))
}

#[test]
fn a_second_cancellation_in_a_shield_does_not_replace_the_first_one() {
    let records = Records::new();
    assert_eq!(block_on(cancelled_twice_in_a_shield(records.clone())).unwrap(), "cancelled: the first");
    let run = gen_durable::run(shielded_twice(), MemoryJournal::new(&records));
    assert_eq!(block_on(run).unwrap(), "cancelled: the first");
}

/// Waits in the way of that name, and cleans up with all that a coroutine can yield.
#[gen::coroutine]
fn waits(world: World, way: &'static str) -> gen::Result<String> {
    let hour = Duration::from_secs(3600);
    let waited = match way {
        "signal" => yield_!(signal::<()>("never")),
        "attempt" => yield_!(step("slow", pending::<gen::Result>).retry([hour; 2])),
        _ => {
            let fails = || async { Err::<(), _>(gen::Error::new("busy")) };
            yield_!(step("busy", fails).retry([hour; 2]))
        }
    };
    let error = waited.unwrap_err();
    gen::ensure!(error.is_cancelled(), error);
    let code = yield_!(version("clean-up", 1))?;
    let by: String = yield_!(signal(way))?;
    let id = yield_!(uuid())?.len();
    let label = format!("undo {way} for {by}, {code}, {id}");
    yield_!(step(label.clone(), world.work(&label, ())).retry([hour; 2]))?;
    let refused = || async { Err::<(), _>(permanent(gen::Error::new("cannot be undone"))) };
    let refused = yield_!(step("close", refused).retry([hour; 2])).unwrap_err();
    Err(error.context(format!("{way}: {refused}")))
}

#[gen::coroutine]
fn all_ways(world: World) -> gen::Result<String> {
    let ways = ["signal", "attempt", "wait"].map(|way| waits(world.clone(), way));
    let ends = yield_!(gen::raw(ways.into_iter().collect::<Vec<_>>()))?;
    Ok(ends.into_iter().map(|end| format!("{:#}", end.unwrap_err())).collect::<Vec<_>>().join("; "))
}

#[gen::coroutine]
fn cancelled_in_each_way(world: World, records: Records) -> gen::Result<String> {
    let task = gen::spawn(gen_durable::run(all_ways(world), MemoryJournal::new(&records)));
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    drop(task.cancel("the user left"));
    yield_!(gen::sleep(Duration::from_secs(1)))?;
    for way in ["signal", "attempt", "wait"] {
        records.send_signal(way, "Ada")?;
    }
    yield_!(task)
}

#[test]
fn a_cancellation_reaches_a_signal_an_attempt_and_the_wait_for_the_next_one() {
    let (world, records) = (World::default(), Records::new());
    let end = block_on(cancelled_in_each_way(world.clone(), records.clone())).unwrap();
    let ends = ["signal", "attempt", "wait"];
    let expected = ends.map(|way| format!("{way}: cannot be undone: cancelled: the user left")).join("; ");
    assert_eq!(end, expected);
    let undone = ends.map(|way| format!("undo {way} for Ada, 1, 36"));
    assert_eq!(world.log(), undone);
    // A process that dies in the clean-up goes on with it.
    let first = (0..).find(|len| format!("{:?}", records.cut(*len)).contains("Cancelled")).unwrap();
    for len in first..=records.len() {
        let (world, cut) = (World::default(), records.cut(len));
        let recorded = cut.steps();
        let run = gen_durable::run(all_ways(world.clone()), MemoryJournal::new(&cut));
        assert_eq!(block_on(run).unwrap(), expected, "after {len} entries");
        let mut all: Vec<_> = recorded.into_iter().filter(|label| label.starts_with("undo")).collect();
        all.extend(world.log());
        all.sort();
        let mut undone = undone.clone();
        undone.sort();
        assert_eq!(all, undone, "after {len} entries");
    }
}
