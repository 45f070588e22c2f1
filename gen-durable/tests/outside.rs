//! A wait for something that is in no journal is refused, with its yield.

mod world;

use std::collections::{BTreeMap, HashMap};
use std::future::{pending, poll_fn, ready, Future};
use std::sync::mpsc;
use std::task::Poll;
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

/// A yield was refused.
#[track_caller]
fn assert_refused(refused: NotDurable, what: &str, function: &str, advice: &str) {
    let found = (&*refused.what, refused.function, refused.advice);
    assert_eq!(found, (what, Some(function), advice), "{refused}");
}

/// A call was refused, which is at the only line of this file that ends with `mark`.
#[track_caller]
fn assert_call_refused(refused: NotDurable, what: &str, mark: &str, advice: &str) {
    let mut lines = include_str!("outside.rs").lines();
    let line = lines.position(|line| line.ends_with(mark)).unwrap() as u32 + 1;
    assert!(refused.at.file().ends_with("tests/outside.rs"), "{refused}");
    let found = (&*refused.what, refused.at.line(), refused.function, refused.advice);
    assert_eq!(found, (what, line, None, advice), "{refused}");
}

/// The outermost coroutine, which does nothing itself that is refused.
#[gen::coroutine]
fn calls<C, T>(inner: C) -> gen::Result<T>
where
    C: gen::Coroutine<Output = gen::Result<T>>,
{
    yield_!(inner)
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
    let end = "tests/outside.rs:60:5 in sleeps: write `gen_durable::sleep`, or put it into a `step`";
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
    assert_eq!((&*refused.what, refused.function), ("a promise of u32", Some("hears_a_thread")));
    thread.join().unwrap().unwrap();
}

/// Is woken by another thread while its first poll runs, and ready in the second one.
fn woken_by_another_thread() -> impl Future<Output = gen::Result<u32>> {
    let mut is_ready = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut is_ready, true) {
            return Poll::Ready(Ok(1));
        }
        let waker = cx.waker().clone();
        std::thread::spawn(|| waker.wake()).join().unwrap();
        Poll::Pending
    })
}

#[gen::coroutine]
fn ends_by_another_thread() -> gen::Result<u32> {
    yield_!(woken_by_another_thread())
}

#[test]
fn a_wake_of_another_thread_that_ends_the_coroutine() {
    let refused = refused(ends_by_another_thread());
    assert_refused(refused, "what has woken it", "ends_by_another_thread", "put it into a `step`");
}

#[gen::coroutine]
fn spawns() -> gen::Result<u32> {
    let task = gen::spawn(async { Ok::<_, gen::Error>(1) }); // spawn
    yield_!(task)
}

#[gen::coroutine]
fn spawns_and_forgets() -> gen::Result<u32> {
    drop(gen::spawn_local(nobody_runs_it())); // spawn_local
    yield_!(one())
}

#[gen::coroutine]
fn spawns_on_the_loop() -> gen::Result<u32> {
    let io_loop = gen::IoLoop::current().unwrap();
    drop(io_loop.spawn_local(nobody_runs_it())); // spawn on the loop
    yield_!(one())
}

#[gen::coroutine]
fn spawns_from_afar() -> gen::Result<u32> {
    let remote = gen::IoLoop::current().unwrap().remote();
    drop(remote.spawn(nobody_runs_it())); // spawn by the remote
    yield_!(one())
}

#[gen::coroutine]
fn spawns_what_is_cancelled_on_drop() -> gen::Result {
    yield_!(gen::cancel_on_drop(nobody_runs_it())) // cancel_on_drop
}

async fn nobody_runs_it() -> gen::Result {
    panic!("a task that is refused does not run")
}

#[test]
fn a_spawned_task() {
    let advice = "yield a list, a map or a tuple, or use `gen::scope`";
    for (refused, mark) in [
        (refused(calls(spawns())), "// spawn"),
        (refused(calls(spawns_and_forgets())), "// spawn_local"),
        (refused(calls(spawns_on_the_loop())), "// spawn on the loop"),
        (refused(calls(spawns_from_afar())), "// spawn by the remote"),
        (refused(calls(spawns_what_is_cancelled_on_drop())), "// cancel_on_drop"),
    ] {
        assert_call_refused(refused, "a spawned task", mark, advice);
    }
}

#[test]
fn the_message_has_the_line_of_a_call() {
    let text = refused(spawns()).to_string();
    let start = "a durable coroutine cannot use a spawned task, which is in no journal: ";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("tests/outside.rs:") && text.contains(":16: yield a list"), "{text}");
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

fn refused_on_futures(coroutine: impl gen::Coroutine<Output = gen::Result<u32>>) -> NotDurable {
    let run = gen_durable::run(coroutine, MemoryJournal::new(&Records::new()));
    futures::executor::block_on(run).unwrap_err().downcast().unwrap()
}

/// It would otherwise end for ever with the error that there is no timer, whose advice is to switch
/// one on.
#[test]
fn a_timer_of_gen_on_an_executor_that_has_none() {
    let advice = "write `gen_durable::sleep`, or put it into a `step`";
    for alone in [true, false] {
        let refused = refused_on_futures(calls(sleeps_a_little(alone)));
        assert_refused(refused, "`gen::sleep`", "sleeps_a_little", advice);
    }
    let advice = "write `gen_durable::with_timeout`";
    assert_refused(refused_on_futures(calls(times_out())), "`gen::with_timeout`", "times_out", advice);
}

#[gen::coroutine]
fn waits_for_a_callback() -> gen::Result<u32> {
    let _done = yield_!(gen::Callback::<u32>::new("key"))?; // Callback
    yield_!(gen::Wait::<u32>::new("key"))
}

/// Its value is there before anything waits for it, so nothing is ever woken.
#[gen::coroutine]
fn has_called_back() -> gen::Result<u32> {
    let done = yield_!(gen::Callback::<u32>::new("key"))?; // called before
    done.call(1);
    yield_!(gen::Wait::<u32>::new("key"))
}

#[gen::coroutine]
fn waits_for_a_function() -> gen::Result<u32> {
    let call = |_: gen::Resolve<u32>| nobody_calls_it();
    yield_!(gen::from_callback(call)) // from_callback
}

fn nobody_calls_it() {
    unreachable!("it is refused")
}

#[gen::coroutine]
fn adds_a_callback() -> gen::Result<u32> {
    gen::IoLoop::current().unwrap().add_callback(nobody_calls_it); // add_callback
    yield_!(one())
}

#[gen::coroutine]
fn adds_a_callback_from_afar() -> gen::Result<u32> {
    let remote = gen::IoLoop::current().unwrap().remote();
    remote.add_callback(nobody_calls_it)?; // add_callback of the remote
    yield_!(one())
}

#[gen::coroutine]
fn calls_later() -> gen::Result<u32> {
    let io_loop = gen::IoLoop::current().unwrap();
    io_loop.call_later(Duration::ZERO, nobody_calls_it); // call_later
    yield_!(one())
}

#[test]
fn a_callback() {
    for (refused, mark) in [
        (refused(calls(waits_for_a_callback())), "// Callback"),
        (refused(calls(has_called_back())), "// called before"),
        (refused(calls(waits_for_a_function())), "// from_callback"),
        (refused(calls(adds_a_callback())), "// add_callback"),
        (refused(calls(adds_a_callback_from_afar())), "// add_callback of the remote"),
        (refused(calls(calls_later())), "// call_later"),
    ] {
        assert_call_refused(refused, "a callback", mark, "put it into a `step`");
    }
}

#[gen::coroutine]
fn blocks() -> gen::Result<u32> {
    yield_!(gen::blocking(nobody_calls_it))?; // blocking
    Ok(1)
}

#[test]
fn a_closure_on_another_thread() {
    assert_call_refused(refused(calls(blocks())), "`gen::blocking`", "// blocking", "put it into a `step`");
}

#[gen::coroutine]
fn loads(batch: gen::Batch<u32, u32>) -> gen::Result<u32> {
    Ok(yield_!((batch.load(1), one()))?.0)
}

#[test]
fn a_load_of_a_batch() {
    let batch = gen::batch(|keys: Vec<u32>| async {
        Ok::<_, gen::Error>(keys.into_iter().map(Ok::<_, gen::Error>).collect::<Vec<_>>())
    });
    let refused = refused(calls(loads(batch)));
    assert_refused(refused, "a load of a batch", "loads", "put it into a `step`");
}

/// The release would go on as a task, without the journal.
#[gen::coroutine]
fn drops_a_bracket() -> gen::Result<u32> {
    let acquired = ready(Ok::<_, gen::Error>(()));
    let used = gen::bracket(acquired, async |(): &mut ()| pending::<gen::Result<u32>>().await);
    let released = used.release(|(), _| async { panic!("it is not released") as gen::Result });
    let limited = gen_durable::with_timeout(Duration::from_secs(1), released);
    drop(yield_!(limited));
    yield_!(one())
}

#[test]
fn a_bracket_that_a_timeout_drops() {
    let advice = "put the bracket around the timeout or the race that drops it";
    assert_refused(refused(drops_a_bracket()), "a bracket that is dropped", "drops_a_bracket", advice);
}

fn map<T>(value: impl Fn() -> T) -> HashMap<u32, T> {
    (0..8).map(|n| (n, value())).collect()
}

#[gen::coroutine]
fn hashed() -> gen::Result<usize> {
    Ok(yield_!(map(one))?.len())
}

#[gen::coroutine]
fn hashed_and_ready() -> gen::Result<usize> {
    Ok(yield_!(map(|| async { 1 }))?.len())
}

#[gen::coroutine]
fn hashed_in_a_list() -> gen::Result<usize> {
    Ok(yield_!(vec![map(one)])?.len())
}

#[gen::coroutine]
fn hashed_in_a_shield() -> gen::Result<usize> {
    Ok(yield_!(gen::shield(map(one)))?.len())
}

#[gen::coroutine]
fn hashed_and_settled() -> gen::Result<usize> {
    Ok(yield_!(gen::multi(map(one)).settle())?.len())
}

#[gen::coroutine]
fn hashed_in_a_timeout() -> gen::Result<usize> {
    Ok(yield_!(gen_durable::with_timeout(Duration::from_secs(1), map(one)))?.len())
}

#[gen::coroutine]
fn hashed_with_a_limit() -> gen::Result<usize> {
    Ok(yield_!(gen::limit(3, map(one)))?.len())
}

#[gen::coroutine]
fn first_of_a_hash_map() -> gen::Result<usize> {
    Ok(yield_!(gen::first_of(map(one)))?.0 as usize)
}

#[gen::coroutine]
fn first_of_a_hash_map_that_cancels() -> gen::Result<usize> {
    Ok(yield_!(gen::first_of(map(one)).cancel())?.0 as usize)
}

#[gen::coroutine]
fn first_ok_of_a_hash_map() -> gen::Result<usize> {
    Ok(yield_!(gen::first_ok(map(one)))?.0 as usize)
}

/// The map was made where no order was asked for.
#[gen::coroutine]
fn given_a_map(map: HashMap<u32, std::future::Ready<gen::Result>>) -> gen::Result {
    yield_!(map)?;
    Ok(())
}

/// The order does not matter in a step.
#[gen::coroutine]
fn hashed_in_a_step() -> gen::Result<usize> {
    let map = map(|| ready(Ok(())));
    yield_!(step("a map", move || async move {
        given_a_map(map).await?;
        Ok(8)
    }))
}

#[gen::coroutine]
fn sorted() -> gen::Result<usize> {
    Ok(yield_!((0..8).map(|n| (n, one())).collect::<BTreeMap<u32, _>>())?.len())
}

#[test]
fn a_hash_map_but_no_sorted_one() {
    let advice = "yield a `BTreeMap`, which has an order";
    for (refused, function) in [
        (refused(calls(given_a_map(map(|| ready(Ok(())))))), "given_a_map"),
        (refused(calls(hashed())), "hashed"),
        (refused(calls(hashed_and_ready())), "hashed_and_ready"),
        (refused(calls(hashed_in_a_list())), "hashed_in_a_list"),
        (refused(calls(hashed_in_a_shield())), "hashed_in_a_shield"),
        (refused(calls(hashed_and_settled())), "hashed_and_settled"),
        (refused(calls(hashed_in_a_timeout())), "hashed_in_a_timeout"),
        (refused(calls(hashed_with_a_limit())), "hashed_with_a_limit"),
        (refused(calls(first_of_a_hash_map())), "first_of_a_hash_map"),
        (refused(calls(first_of_a_hash_map_that_cancels())), "first_of_a_hash_map_that_cancels"),
        (refused(calls(first_ok_of_a_hash_map())), "first_ok_of_a_hash_map"),
    ] {
        assert_refused(refused, "a `HashMap`", function, advice);
    }
    let run = gen_durable::run(sorted(), MemoryJournal::new(&Records::new()));
    assert_eq!(block_on(run).unwrap(), 8);
    let run = gen_durable::run(hashed_in_a_step(), MemoryJournal::new(&Records::new()));
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
