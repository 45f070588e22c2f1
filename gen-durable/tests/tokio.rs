//! On tokio a task has a budget for one poll. The order of a coroutine must not depend on it.

use std::future::{poll_fn, Future};
use std::pin::pin;
use std::time::Duration;

use gen::yield_;
use gen_durable::{sleep, step, MemoryJournal, Records};

/// Waits until all may begin, so that many children are woken at once.
#[gen::coroutine]
fn child(group: &'static str, number: u32, all: gen::SharedFuture<u32>) -> gen::Result<u32> {
    let one = yield_!(all)?;
    let work = |part: &str| step(format!("{group} {number} {part}"), || async { Ok(1) });
    Ok(one + yield_!((work("left"), work("right")))?.0 + yield_!(work("after"))?)
}

#[gen::coroutine]
fn begin(all: gen::Promise<u32>) -> gen::Result {
    all.set(yield_!(step("begin", || async { Ok(1) }))?)?;
    Ok(())
}

#[gen::coroutine]
fn group(name: &'static str, all: gen::SharedFuture<u32>) -> gen::Result<u32> {
    let children = (0..120).map(|number| child(name, number, all.clone()));
    Ok(yield_!(children.collect::<Vec<_>>())?.iter().sum())
}

#[gen::coroutine]
fn sleeps() -> gen::Result {
    yield_!([(); 100].map(|()| sleep(Duration::from_millis(1))))?;
    Ok(())
}

#[gen::coroutine]
fn body() -> gen::Result<u32> {
    let (promise, all) = gen::promise();
    let groups = (group("first", all.clone()), group("second", all));
    // A combinator of another library, which polls both groups in each poll.
    let joined = futures::future::join4(sleeps(), begin(promise), groups.0, groups.1);
    let (slept, begun, first, second) = yield_!(joined)?;
    slept.and(begun)?;
    Ok(first? + second?)
}

/// Polls a future always when the budget of the task is spent.
async fn without_budget<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        while pin!(tokio::task::coop::consume_budget()).poll(cx).is_ready() {}
        future.as_mut().poll(cx)
    })
    .await
}

#[test]
fn what_was_recorded_on_tokio_replays_elsewhere_and_the_other_way_round() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let run = |records: &Records| gen_durable::run(body(), MemoryJournal::new(records));
    let (on_tokio, on_loop) = (Records::new(), Records::new());
    assert_eq!(runtime.block_on(without_budget(run(&on_tokio))).unwrap(), 720);
    assert_eq!(gen::run_sync(run(&on_loop)).unwrap(), 720);
    assert_eq!(gen::run_sync(run(&on_tokio)).unwrap(), 720);
    let task = async { tokio::spawn(without_budget(run(&on_loop))).await };
    assert_eq!(runtime.block_on(task).unwrap().unwrap(), 720);
}
