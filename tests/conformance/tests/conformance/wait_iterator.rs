//! `WaitIterator`: WaitIteratorTest, and the rules 42 to 44. Its inputs are moved in, so there is
//! no `current_future`. The index identifies the input.

use std::collections::BTreeMap;
use std::future::{pending, ready};

use behaviour::{needs, seconds, Order};
use futures::{StreamExt, TryStreamExt};
use gen::{yield_, ExhaustedError, Promise, SharedFuture, WaitIterator};

use super::{done, later, promises, run, run_logged, Fault};

/// An iterator without inputs is done at once, with positions and with keys. (Mixing the two is a
/// compile error: `ui-tests/fail/waits`.)
#[test]
fn empty_iterator() {
    let mut positions = WaitIterator::new(Vec::<SharedFuture<u32>>::new());
    assert!(positions.done());
    assert_eq!(positions.current_index(), None);
    let mut keys = WaitIterator::keyed(BTreeMap::<&str, SharedFuture<u32>>::new());
    assert!(keys.done());
    assert_eq!(keys.current_index(), None);
}

/// Inputs that are already ready are given in the order of the arguments, each with its index.
/// After the end there is no index.
#[test]
fn already_done() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let mut waits = WaitIterator::new([24, 42, 84].map(done));
        assert_eq!(waits.current_index(), None);
        let mut given = Vec::new();
        while !waits.done() {
            let number = yield_!(waits.next())?;
            given.push((waits.current_index(), number));
        }
        assert_eq!(given, [(Some(0), 24), (Some(1), 42), (Some(2), 84)]);
        assert_eq!(waits.current_index(), None);

        let mut waits = WaitIterator::keyed(BTreeMap::from([("f1", done(24)), ("f2", done(42))]));
        let mut given = Vec::new();
        while !waits.done() {
            let number = yield_!(waits.next())?;
            given.push((waits.current_index().copied(), number));
        }
        assert_eq!(given, [(Some("f1"), 24), (Some("f2"), 42)]);
        assert_eq!(waits.current_index(), None);
        Ok(())
    }
    run(body()).unwrap();
}

/// Sets four promises in later turns: the third; then the first, which fails; then the second and
/// the last in one turn.
#[gen::coroutine]
fn finish(promises: Vec<Promise<u32>>) -> gen::Result {
    for turn in 0..10 {
        match turn {
            3 => promises[2].set(24)?,
            5 => promises[0].fail(Fault("the first fails"))?,
            8 => {
                promises[1].set(42)?;
                promises[3].set(84)?;
            }
            _ => {}
        }
        yield_!(gen::moment())?;
    }
    Ok(())
}

/// Each result is given when it is ready, with its index. A failure is the result of one input and
/// ends nothing. Two that are ready in one turn keep their order.
#[test]
fn iterator() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<String>> {
        let (promises, futures) = promises(4);
        let finish = gen::spawn(finish(promises));
        let mut waits = WaitIterator::new(futures);
        let mut given = Vec::new();
        while !waits.done() {
            let number = match yield_!(waits.next()) {
                Ok(number) => number.to_string(),
                Err(error) => error.to_string(),
            };
            given.push(format!("{number} of {:?}", waits.current_index()));
        }
        yield_!(finish)?;
        Ok(given)
    }
    let given = run(body()).unwrap();
    assert_eq!(given, ["24 of Some(2)", "the first fails of Some(0)", "42 of Some(1)", "84 of Some(3)"]);
}

/// As a stream: an error ends a loop that does not handle it, and another loop over the same
/// iterator goes on after it.
#[test]
fn iterator_async_await() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<u32>, String, Vec<u32>)> {
        let (promises, futures) = promises(4);
        let finish = gen::spawn(finish(promises));
        let mut waits = WaitIterator::new(futures);
        let mut before = Vec::new();
        let error = loop {
            match waits.try_next().await {
                Ok(number) => before.push(number.expect("an error comes first")),
                Err(error) => break error,
            }
        };
        assert_eq!(waits.current_index(), Some(0));
        let behind = waits.by_ref().try_collect().await?;
        assert_eq!(waits.current_index(), None);
        yield_!(finish)?;
        Ok((before, error.to_string(), behind))
    }
    assert_eq!(run(body()).unwrap(), (vec![24], "the first fails".to_owned(), vec![42, 84]));
}

/// An iterator that only the future of its `next` holds. (In Rust the statement holds it.)
#[test]
fn no_ref() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let (promise, future) = gen::promise();
        later(seconds(1) / 10, move || promise.set(7));
        yield_!(gen::with_timeout(seconds(3600), WaitIterator::new([future]).next()))
    }
    assert_eq!(run(body()).unwrap(), 7);
}

/// Tornado accepts only futures. Here everything that can be yielded is accepted: lists, maps and
/// timeouts, and futures that cannot fail.
#[test]
fn anything_yieldable_is_iterated_over() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<Vec<u32>>> {
        let mut waits = WaitIterator::new([vec![done(1), done(2)], vec![]]);
        let lists = vec![yield_!(waits.next())?, yield_!(waits.next())?];
        let number = yield_!(WaitIterator::new([gen::ok(ready(3))]).next())?;
        assert_eq!(number, 3);
        let raw = yield_!(WaitIterator::new([gen::raw(ready("x".parse::<u8>()))]).next())?;
        assert!(raw.is_err());
        let never = gen::with_timeout(seconds(1), pending::<gen::Result>());
        let late = yield_!(WaitIterator::new([never]).next());
        assert!(late.unwrap_err().is::<gen::TimeoutError>());
        Ok(lists)
    }
    assert_eq!(run(body()).unwrap(), [vec![1, 2], vec![]]);
}

/// The same future twice is given twice, each time with its own index. (Tornado gives the last
/// index, and then fails with a `KeyError`.)
#[test]
fn rule_42_duplicates() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<(usize, u32)>> {
        let (promise, future) = gen::promise();
        let mut waits = WaitIterator::new([future.clone(), done(1), future]);
        let mut given = Vec::new();
        while !waits.done() {
            let number = yield_!(waits.next())?;
            given.extend(waits.current_index().map(|index| (index, number)));
            if given.len() == 1 {
                promise.set(7)?;
            }
        }
        Ok(given)
    }
    assert_eq!(run(body()).unwrap(), [(1, 1), (0, 7), (2, 7)]);
}

/// After the last result, `next` gives an error at the yield, and the stream gives `None`. (In
/// Tornado the future is never ready. Two calls of `next` at once do not compile:
/// `ui-tests/fail/waits`.)
#[test]
fn rule_43_next_when_exhausted() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let mut waits = WaitIterator::new([done(7)]);
        yield_!(waits.next())?;
        assert_eq!(waits.current_index(), Some(0));
        assert!(yield_!(waits.next()).unwrap_err().is::<ExhaustedError>());
        assert_eq!(waits.current_index(), None);
        assert!(StreamExt::next(&mut waits).await.is_none());
        // New inputs may still be added.
        assert_eq!(waits.push(done(8)), 1);
        assert_eq!(yield_!(waits.next())?, 8);
        Ok(())
    }
    run(body()).unwrap();
}

/// A `next` that was dropped has taken nothing.
#[test]
fn rule_43_a_next_that_is_dropped_loses_nothing() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let (promise, future) = gen::promise();
        let mut waits = WaitIterator::new([future]);
        assert!(yield_!(gen::with_timeout(seconds(1), waits.next())).is_err());
        promise.set(7)?;
        drop(waits.next());
        yield_!(waits.next())
    }
    assert_eq!(run(body()).unwrap(), 7);
}

/// The index changes when a result is handed over to the waiter, and not when it is ready. Results
/// that are ready meanwhile are given in their order.
#[test]
fn rule_44_the_index_is_that_of_the_last_result() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let (promises, futures) = promises(3);
        let mut waits = WaitIterator::new(futures);
        promises[1].set(1)?;
        yield_!(waits.next())?;
        promises[2].fail(Fault("two"))?;
        promises[0].set(0)?;
        yield_!(gen::moment())?;
        order.push(format_args!("{:?} ", waits.current_index()));
        let failed = yield_!(waits.next()).is_err();
        order.push(format_args!("{:?}, {failed} ", waits.current_index()));
        let failed = yield_!(waits.next()).is_err();
        order.push(format_args!("{:?}, {failed}", waits.current_index()));
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "Some(1) Some(2), true Some(0), false");
}

/// An error of a child that was not read is logged when the iterator is dropped, also that of a
/// cold child, which Tornado does not have.
#[test]
fn rule_44_an_error_is_seen_when_it_is_given() {
    let fails = |name| gen::boxed(ready(Err::<u32, _>(Fault(name))));
    let ((), lines) = run_logged(async {
        let (promise, future) = gen::promise();
        promise.fail(Fault("promise")).unwrap();
        let mut waits = WaitIterator::new([gen::boxed(done(7)), fails("cold"), gen::boxed(future)]);
        assert_eq!(waits.next().await.unwrap(), 7);
        let task = gen::spawn(async { Err::<u32, _>(Fault("task")) });
        let mut handles = WaitIterator::new([task]);
        assert!(handles.next().await.is_err(), "which is seen");
    });
    let record =
        "ERROR gen: 2 children of a `WaitIterator` failed, and their results were never read: cold\npromise";
    assert_eq!(lines, [record]);
}
