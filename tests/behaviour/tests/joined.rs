//! Everything that can only be yielded has a method `join`, which makes it a future for an
//! `async fn`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{pending, ready};
use std::num::ParseIntError;

use behaviour::{logged, needs, reason, run_to_result as run, seconds};
use gen::{yield_, Cancelled, TimeoutError};

/// A number that is ready after so many seconds.
async fn after(count: u64) -> gen::Result<u64> {
    gen::sleep(seconds(count)).await?;
    Ok(count)
}

fn parsed(texts: &[&str]) -> Vec<std::future::Ready<Result<u8, ParseIntError>>> {
    texts.iter().map(|text| ready(text.parse())).collect()
}

#[test]
fn an_async_fn_waits_for_a_timeout() {
    async fn body() -> gen::Result<u64> {
        let in_time = gen::with_timeout(seconds(2), after(1)).join().await?;
        let late = gen::with_timeout(seconds(2), after(3)).quiet::<ParseIntError>().join().await;
        assert!(late.unwrap_err().is::<TimeoutError>());
        Ok(in_time)
    }
    assert_eq!(run(body()).unwrap(), 1);
}

#[test]
fn an_async_fn_waits_for_a_timeout_around_a_list_and_a_tuple() {
    async fn body() -> gen::Result<(Vec<u64>, (u64, u64))> {
        let list = gen::with_timeout(seconds(3), vec![after(2), after(1)]).join().await?;
        let tuple = gen::with_timeout(seconds(3), (after(1), gen::ok(ready(7)))).join().await?;
        Ok((list, tuple))
    }
    assert_eq!(run(body()).unwrap(), (vec![2, 1], (1, 7)));
}

#[gen::coroutine]
fn clean_up(log: &RefCell<Vec<String>>) -> gen::Result<u64> {
    let outcome = yield_!(after(3600));
    if let Err(error) = &outcome {
        let reason = error.downcast_ref::<Cancelled>().map(ToString::to_string);
        yield_!(after(1))?;
        log.borrow_mut().push(reason.unwrap_or_default());
    }
    outcome
}

#[test]
fn a_timeout_that_an_async_fn_waits_for_leaves_time_to_clean_up() {
    let log = RefCell::default();
    let error = run(async { gen::with_timeout(seconds(1), clean_up(&log)).cancel(seconds(5)).join().await });
    assert!(error.unwrap_err().is::<TimeoutError>());
    assert_eq!(log.borrow().len(), 1);
}

#[test]
fn an_async_fn_waits_for_the_first_of_many() {
    async fn body() -> gen::Result<((usize, u64), (&'static str, u64))> {
        let list = gen::first_of([after(3), after(1)]).join().await?;
        let map =
            gen::first_of(BTreeMap::from([("near", after(1)), ("far", after(9))])).cancel().join().await?;
        Ok((list, map))
    }
    assert_eq!(run(body()).unwrap(), ((1, 1), ("near", 1)));
}

#[test]
fn an_async_fn_waits_for_many_with_a_limit() {
    async fn body() -> gen::Result<(Vec<u64>, Vec<u64>, BTreeMap<&'static str, u64>)> {
        let in_order = gen::limit(2, [3, 1].map(after)).join().await?;
        let unordered = gen::limit(2, [3, 1].map(after)).unordered().join().await?;
        let map = gen::limit(1, BTreeMap::from([("one", after(1))])).join().await?;
        Ok((in_order, unordered, map))
    }
    assert_eq!(run(body()).unwrap(), (vec![3, 1], vec![1, 3], BTreeMap::from([("one", 1)])));
}

#[test]
fn an_async_fn_waits_for_a_shield_that_is_not_cancelled() {
    async fn commit() -> gen::Result<u64> {
        gen::shield(after(5)).join().await
    }

    #[gen::coroutine]
    fn body() -> gen::Result<u64> {
        let task = gen::spawn(commit());
        yield_!(task.cancel("hurry"))?;
        yield_!(task)
    }
    assert_eq!(run(body()).unwrap(), 5);
}

#[test]
fn an_async_fn_waits_for_many_with_a_say_in_their_errors() {
    async fn body() -> gen::Result<(usize, usize)> {
        let settled = gen::multi(parsed(&["1", "x"])).settle().join().await?;
        let limited = gen::multi(gen::limit(1, parsed(&["1", "x", "y"]))).settle().join().await?;
        Ok((settled.len(), limited.len()))
    }
    assert_eq!(run(body()).unwrap(), (2, 3));

    let (error, lines) = logged(|| run(gen::multi(parsed(&["x", "y"])).quiet::<ParseIntError>().join()));
    assert_eq!((error.unwrap_err().others().len(), lines.len()), (1, 0));

    let stuck_and_failing = (pending::<gen::Result>(), ready("x".parse::<u8>()));
    assert!(run(gen::multi(stuck_and_failing).fail_fast().join()).unwrap_err().is::<ParseIntError>());
}

#[test]
fn an_async_fn_gets_each_result_as_it_is() {
    async fn body() -> gen::Result<Vec<Result<u8, ParseIntError>>> {
        gen::raw(parsed(&["1", "x"])).join().await
    }
    let results = run(body()).unwrap();
    assert_eq!(results[0], Ok(1));
    assert!(results[1].is_err());
}

/// A cancellation passes through a `join`, wherever it is awaited.
#[test]
fn what_an_async_fn_waits_for_is_cancelled() {
    needs!(LocalTasks);
    async fn wait(log: &RefCell<Vec<String>>) -> gen::Result<u64> {
        gen::with_timeout(seconds(60), clean_up(log)).join().await
    }

    #[gen::coroutine]
    fn outer(log: std::rc::Rc<RefCell<Vec<String>>>) -> gen::Result<u64> {
        yield_!(wait(&log))
    }

    #[gen::coroutine]
    fn body() -> gen::Result<usize> {
        let log = std::rc::Rc::default();
        let task = gen::spawn_local(outer(std::rc::Rc::clone(&log)));
        yield_!(task.cancel("no more"))?;
        let error = yield_!(task).unwrap_err();
        assert_eq!(reason(&error), "no more");
        let told = log.borrow().len();
        Ok(told)
    }
    assert_eq!(run(body()).unwrap(), 1);
}

/// The future of `join` may be stored, put into a list, and yielded.
#[gen::coroutine]
fn in_one_list() -> gen::Result<Vec<u64>> {
    let timeouts = vec![
        gen::boxed(gen::with_timeout(seconds(2), after(1)).join()),
        gen::boxed(gen::shield(after(2)).join()),
    ];
    yield_!(timeouts)
}

#[test]
fn what_join_makes_is_a_future_like_any_other() {
    assert_eq!(run(in_one_list()).unwrap(), [1, 2]);
}
