//! A cancellation is in the journal before it arrives, and the clean-up is durable, too.

mod world;

use std::future::pending;
use std::time::Duration;

use gen::yield_;
use gen_durable::{sleep, step, MemoryJournal, Records};
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
