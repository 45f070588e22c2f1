//! A wait for something that is in no journal is refused, with its yield.

mod world;

use std::collections::{BTreeMap, HashMap};
use std::future::{pending, Future};
use std::sync::mpsc;
use std::time::Duration;

use gen::yield_;
use gen_durable::{sleep, step, MemoryJournal, NotDurable, Records};
use world::block_on;

/// Runs the coroutine over an empty journal, and returns what was refused.
#[track_caller]
fn refused<C, T>(coroutine: C) -> NotDurable
where
    C: gen::Coroutine<Output = gen::Result<T>>,
    T: serde::Serialize + std::fmt::Debug,
{
    let run = gen_durable::run(coroutine, MemoryJournal::new(&Records::new()));
    let error = block_on(run).unwrap_err();
    let Some(refused) = error.downcast_ref::<NotDurable>() else { panic!("{error:?}") };
    refused.clone()
}

#[track_caller]
fn assert_refused(refused: NotDurable, what: &str, function: &str, advice: &str) {
    let found = (&*refused.what, refused.at.function(), refused.advice);
    assert_eq!(found, (what, function, advice), "{refused}");
}

fn one() -> impl Future<Output = gen::Result<u32>> {
    step("one", || async { Ok(1) })
}

#[gen::coroutine]
fn sleeps() -> gen::Result {
    yield_!(gen::sleep(Duration::from_secs(1)))
}

#[gen::coroutine]
fn sleeps_beside_a_step() -> gen::Result<u32> {
    Ok(yield_!((one(), sleeps()))?.0)
}

#[test]
fn a_sleep_of_gen() {
    for refused in [refused(sleeps()), refused(sleeps_beside_a_step())] {
        assert_refused(
            refused,
            "`gen::sleep`",
            "sleeps",
            "write `gen_durable::sleep`, or put it into a `step`",
        );
    }
}

#[test]
fn the_message_has_the_line() {
    let text = refused(sleeps()).to_string();
    assert!(
        text.starts_with("a durable coroutine cannot use `gen::sleep`, which is in no journal: "),
        "{text}"
    );
    let end = "tests/outside.rs:39:5 in sleeps: write `gen_durable::sleep`, or put it into a `step`";
    assert!(text.ends_with(end), "{text}");
}

#[gen::coroutine]
fn times_out() -> gen::Result<u32> {
    yield_!(gen::with_timeout(Duration::from_secs(1), step("slow", pending)))
}

#[test]
fn a_timeout_of_gen() {
    let advice = "write `gen_durable::with_timeout`";
    assert_refused(refused(times_out()), "`gen::with_timeout`", "times_out", advice);
}

#[gen::coroutine]
fn lets_others_run() -> gen::Result {
    yield_!(gen::moment())
}

#[test]
fn a_moment() {
    assert_refused(refused(lets_others_run()), "`gen::moment`", "lets_others_run", "leave it out");
}

#[gen::coroutine]
fn foreign() -> gen::Result {
    yield_!(pending::<gen::Result>())
}

#[test]
fn a_foreign_future_alone() {
    assert_refused(refused(foreign()), "Pending<Result<(), Error>>", "foreign", "put it into a `step`");
}

#[gen::coroutine]
fn hears_a_thread(answer: gen::SharedFuture<u32>, asked: mpsc::Sender<()>) -> gen::Result<u32> {
    // The step waits until the promise is set, so the wake of the promise comes first.
    let step = step("step", move || {
        drop(asked);
        pending::<gen::Result<u32>>()
    });
    Ok(yield_!((step, answer))?.0)
}

#[test]
fn a_wake_of_another_thread_beside_a_step() {
    let (promise, answer) = gen::promise();
    let (asked, ask) = mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let _ = ask.recv();
        promise.set(1)
    });
    let run = gen_durable::run(hears_a_thread(answer, asked), MemoryJournal::new(&Records::new()));
    // On the real clock: the virtual one does not wait for threads.
    let error = gen::run_sync(run).unwrap_err();
    let refused = error.downcast_ref::<NotDurable>().unwrap();
    assert_eq!((&*refused.what, refused.at.function()), ("a promise of u32", "hears_a_thread"));
    thread.join().unwrap().unwrap();
}

#[gen::coroutine]
fn spawns() -> gen::Result<u32> {
    let task = gen::spawn(async { Ok::<_, gen::Error>(1) });
    yield_!(task)
}

#[gen::coroutine]
fn spawns_and_forgets() -> gen::Result<u32> {
    drop(gen::spawn_local(async { panic!("a task that is refused does not run") as gen::Result }));
    yield_!(one())
}

#[test]
fn a_spawned_task() {
    let advice = "yield a list, a map or a tuple, or use `gen::scope`";
    assert_refused(refused(spawns()), "a spawned task", "spawns", advice);
    assert_refused(refused(spawns_and_forgets()), "a spawned task", "spawns_and_forgets", advice);
}

#[gen::coroutine]
fn sleeps_a_little(alone: bool) -> gen::Result<u32> {
    let sleep = gen::sleep(Duration::from_secs(1));
    match alone {
        true => yield_!(sleep)?,
        false => drop(yield_!((sleep, one()))?),
    }
    Ok(1)
}

/// It would otherwise end for ever with the error that there is no timer, whose advice is to switch
/// one on.
#[test]
fn a_timer_of_gen_on_an_executor_that_has_none() {
    for alone in [true, false] {
        let run = gen_durable::run(sleeps_a_little(alone), MemoryJournal::new(&Records::new()));
        let error = futures::executor::block_on(run).unwrap_err();
        let advice = "write `gen_durable::sleep` or `gen_durable::with_timeout`, or put it into a `step`";
        let refused = error.downcast::<NotDurable>().unwrap();
        assert_refused(refused, "a timer of gen", "sleeps_a_little", advice);
    }
}

#[gen::coroutine]
fn waits_for_a_callback() -> gen::Result<u32> {
    let _done = yield_!(gen::Callback::<u32>::new("key"))?;
    yield_!(gen::Wait::<u32>::new("key"))
}

#[test]
fn a_callback() {
    assert_refused(
        refused(waits_for_a_callback()),
        "a callback",
        "waits_for_a_callback",
        "put it into a `step`",
    );
}

#[gen::coroutine]
fn hashed() -> gen::Result<usize> {
    Ok(yield_!((0..8).map(|n| (n, one())).collect::<HashMap<u32, _>>())?.len())
}

#[gen::coroutine]
fn hashed_and_ready() -> gen::Result<usize> {
    Ok(yield_!(HashMap::from([(1, async { 1 })]))?.len())
}

#[gen::coroutine]
fn sorted() -> gen::Result<usize> {
    Ok(yield_!((0..8).map(|n| (n, one())).collect::<BTreeMap<u32, _>>())?.len())
}

#[test]
fn a_hash_map_but_no_sorted_one() {
    let advice = "yield a `BTreeMap`, which has an order";
    assert_refused(refused(hashed()), "a `HashMap`", "hashed", advice);
    assert_refused(refused(hashed_and_ready()), "a `HashMap`", "hashed_and_ready", advice);
    let run = gen_durable::run(sorted(), MemoryJournal::new(&Records::new()));
    assert_eq!(block_on(run).unwrap(), 8);
}

#[gen::coroutine]
fn sets(promise: gen::Promise<u32>) -> gen::Result {
    let value = yield_!(one())?;
    promise.set(value)?;
    Ok(())
}

#[gen::coroutine]
fn talks_to_itself() -> gen::Result<u32> {
    let (promise, answer) = gen::promise();
    let (heard, (), ()) = yield_!((answer, sets(promise), sleep(Duration::from_secs(1))))?;
    let scoped = yield_!(gen::scope(|scope| async move {
        let child = scope.spawn(one());
        child.await
    }))?;
    Ok(heard + scoped)
}

#[test]
fn what_a_coroutine_does_with_itself_is_durable() {
    let records = Records::new();
    for _ in 0..2 {
        let run = gen_durable::run(talks_to_itself(), MemoryJournal::new(&records));
        assert_eq!(block_on(run).unwrap(), 2);
    }
}

#[gen::coroutine]
fn ordinary() -> gen::Result<u32> {
    yield_!(step("all of it", || async {
        gen::sleep(Duration::from_secs(1)).await?;
        let task = gen::spawn(async { Ok::<_, gen::Error>(1) });
        gen::moment().await?;
        task.await
    }))
}

#[test]
fn a_step_may_do_all_that() {
    let run = gen_durable::run(ordinary(), MemoryJournal::new(&Records::new()));
    assert_eq!(block_on(run).unwrap(), 1);
}
