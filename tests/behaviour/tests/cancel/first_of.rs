//! `first_of(..).cancel()`: the other children are cancelled, and the yield waits for their ends.

use std::future::{pending, ready};

use behaviour::{logged, logged_with_debug, Children};
use gen::{yield_, CancelSource, Cancelled, OneOf4};

use super::{in_seconds, run, seconds, spawn, works, Journal};

#[gen::coroutine]
fn after(delay: u64) -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(delay)))?;
    Ok(7)
}

/// Otherwise the resources of the other children would not be given back, or only some time later.
#[test]
fn the_others_clean_up_before_the_result_is_given() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        let began = behaviour::now();
        let children = vec![
            gen::boxed_send(works("a", 2, journal.clone())),
            gen::boxed_send(after(5)),
            gen::boxed_send(works("b", 1, journal.clone())),
            gen::boxed_send(pending::<gen::Result<u32>>()),
        ];
        let first = yield_!(gen::first_of(children).cancel())?;
        assert_eq!(behaviour::since(began), in_seconds(7));
        journal.say(format!("{first:?}"));
        Ok(())
    }
    let (_, lines) = logged(|| run(body(journal.clone())));
    assert_eq!(journal.take(), "a told, b told, b clean, a clean, (1, 7)");
    assert_eq!(lines, [""; 0]);
}

/// The same for children of different types.
#[test]
fn the_others_of_a_tuple_clean_up_before_the_result_is_given() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<OneOf4<u32, u32, u32, String>> {
        let began = behaviour::now();
        let children = (
            works("a", 2, journal.clone()),
            after(5),
            works("b", 1, journal),
            pending::<gen::Result<String>>(),
        );
        let first = yield_!(gen::first_of(children).cancel())?;
        assert_eq!(behaviour::since(began), in_seconds(7));
        Ok(first)
    }
    let (first, lines) = logged(|| run(body(journal.clone())));
    assert_eq!(first, OneOf4::Second(7));
    assert_eq!(journal.take(), "a told, b told, b clean, a clean");
    assert_eq!(lines, [""; 0]);
}

/// Otherwise a cancelled parent would drop the children of a tuple, which could not clean up.
#[test]
fn a_cancellation_of_the_yield_reaches_each_child_of_a_tuple() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<u32> {
        let children = (works("a", 2, journal.clone()), works("b", 1, journal));
        Ok(yield_!(gen::first_of(children))?.into_inner())
    }
    let error = run(async {
        let task = spawn(body(journal.clone()));
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        gen::Result::Ok(task.await.unwrap_err())
    });
    assert!(error.is_cancelled());
    assert_eq!(journal.take(), "a told, b told, b clean, a clean");
}

/// Otherwise the reason would not say that another child was first.
#[test]
fn the_others_are_told_that_a_sibling_was_the_first() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn says_why(journal: Journal) -> gen::Result<u32> {
        let error = yield_!(pending::<gen::Result<u32>>()).unwrap_err();
        let cancelled = error.downcast_ref::<Cancelled>().expect("it was cancelled");
        assert_eq!((cancelled.source, cancelled.by.file()), (CancelSource::Sibling, file!()));
        journal.say(format!("{error}"));
        Err(error)
    }
    let first = run(async {
        gen::multi((
            gen::first_of([gen::boxed_send(says_why(journal.clone())), gen::boxed_send(after(1))]).cancel(),
        ))
        .join()
        .await
    });
    assert_eq!(first, ((1, 7),));
    assert_eq!(journal.take(), "cancelled: another one was the first");
}

/// Otherwise a request would be sent and then cancelled at once.
#[test]
fn behind_one_that_is_ready_nobody_is_started() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<(usize, u32)> {
        let children = vec![
            gen::boxed_send(works("a", 1, journal.clone())),
            gen::boxed_send(ready(Ok::<_, gen::Error>(7))),
            gen::boxed_send(works("b", 1, journal.clone())),
        ];
        yield_!(gen::first_of(children).cancel())
    }
    assert_eq!(run(body(journal.clone())), (1, 7));
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise a child would be polled again although it is ending, or cancelled although it has
/// ended.
#[test]
fn a_child_that_is_woken_with_the_first_is_polled_once_more() {
    #[gen::coroutine]
    fn first(futures: Vec<behaviour::Child>) -> gen::Result<(usize, u32)> {
        yield_!(gen::first_of(futures).cancel())
    }
    let (children, futures) = Children::of(3);
    let mut task = behaviour::Task::new(first(futures));
    assert!(task.poll().is_pending());
    children.end(2, Ok(20));
    children.end(0, Ok(0));
    assert_eq!(task.run().unwrap(), (2, 20));
    assert_eq!((children.polls().as_str(), children.drops().as_str()), ("2 2 2", "1 1 1"));
}

/// Otherwise the failure to give back a connection would be lost without a record.
#[test]
fn a_clean_up_that_fails_is_logged() {
    #[gen::coroutine]
    fn fails() -> gen::Result<u32> {
        yield_!(pending::<gen::Result<u32>>()).map_err(|_| gen::Error::new("it cannot be given back"))
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, u32)> {
        yield_!(gen::first_of([gen::boxed_send(fails()), gen::boxed_send(after(1))]).cancel())
    }
    let (first, lines) = logged(|| run(body()));
    assert_eq!(first, (1, 7));
    let text = "ERROR gen: a child of a `first_of` that was not the first failed, and its result was never read: it cannot be given back";
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with(text), "{lines:?}");
}

/// Otherwise a race of a hundred mirrors would fill the log when one of them has won.
#[test]
fn clean_ups_that_fail_are_logged_together() {
    #[gen::coroutine]
    fn fails(name: &'static str) -> gen::Result<u32> {
        yield_!(pending::<gen::Result<u32>>()).map_err(|_| gen::Error::new(name))
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(usize, u32)> {
        let works = works("c", 1, Journal::default());
        let children = vec![
            gen::boxed_send(fails("a")),
            gen::boxed_send(works),
            gen::boxed_send(fails("b")),
            gen::boxed_send(after(1)),
        ];
        yield_!(gen::first_of(children).cancel())
    }
    let (first, records) = logged_with_debug(|| run(body()));
    assert_eq!(first, (3, 7));
    let failed =
        |record: &str| record.lines().filter(|line| !line.starts_with("at ")).collect::<Vec<_>>().join("; ");
    let records: Vec<_> = records.iter().map(|record| failed(record)).collect();
    let failed = "ERROR gen: 2 children of a `first_of` that were not the first failed, and their results were never read: a; b";
    let cancelled = "DEBUG gen: a child of a `first_of` that was not the first failed, and its result was never read: cancelled: another one was the first";
    assert_eq!(records, [failed, cancelled]);
}

/// Otherwise a cancelled parent would wait in vain while the others clean up, or would interrupt
/// their clean-up.
#[test]
fn cancelled_while_the_others_clean_up_they_are_told_again() {
    let journal = Journal::default();
    #[gen::coroutine]
    fn stubborn(journal: Journal) -> gen::Result<u32> {
        for _ in 0..2 {
            let told = yield_!(gen::sleep(seconds(3600))).is_err();
            journal.say(format!("told {told}"));
        }
        Ok(1)
    }
    let first = run(async {
        let both = [gen::boxed_send(stubborn(journal.clone())), gen::boxed_send(after(1))];
        let task = spawn(gen::multi((gen::first_of(both).cancel(),)).join());
        gen::sleep(seconds(5)).await?;
        task.cancel("enough").await;
        task.await
    });
    assert_eq!(first, ((1, 7),), "the value that was there is not lost");
    assert_eq!(journal.take(), "told true, told true");
}
