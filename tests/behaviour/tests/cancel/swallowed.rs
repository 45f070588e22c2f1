//! Cancellations that a broad match ignores.

use std::sync::atomic::{AtomicU32, Ordering};

use behaviour::{logged, timed};

use super::*;

/// Tries again after every error, like too many real programs.
#[gen::coroutine]
fn retries(journal: Journal) -> gen::Result<&'static str> {
    while yield_!(gen::sleep(seconds(10))).is_err() {
        journal.say("again");
    }
    Ok("slept at last")
}

/// Otherwise the caller would believe that the task has ended, or the task would be killed without
/// notice.
#[test]
fn t21_a_body_that_swallows_it_goes_on_and_is_waited_for() {
    let journal = Journal::default();
    let (took, outcome) = timed(async {
        let task = spawn(retries(journal.clone()));
        gen::sleep(seconds(5)).await?;
        task.cancel("stop").await;
        task.await
    });
    assert_eq!((outcome.unwrap(), journal.take()), ("slept at last", "again".to_owned()));
    assert_eq!(took, in_seconds(15));
}

/// A child of a group that ignores its cancellation keeps its value.
#[test]
fn t21_a_child_that_swallows_it_keeps_the_group_waiting() {
    #[gen::coroutine]
    fn group(journal: Journal) -> gen::Result<&'static str> {
        let (slept, worked) =
            yield_!(gen::multi((retries(journal.clone()), works("a", 1, journal))).settle())?;
        assert!(worked.unwrap_err().is::<gen::Cancelled>());
        slept
    }
    let journal = Journal::default();
    let outcome = run(async {
        let task = spawn(group(journal.clone()));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!((outcome, journal.take()), ("slept at last", "again, a told, a clean".to_owned()));
}

/// Otherwise a panic in a clean-up would be lost, or its waiting task would hang.
#[test]
fn t21_a_clean_up_that_panics_ends_the_task() {
    #[gen::coroutine]
    fn panics() -> gen::Result {
        if yield_!(std::future::pending::<()>()).is_err() {
            panic!("in the clean-up");
        }
        Ok(())
    }
    run(async {
        let task = spawn(panics());
        task.cancel("stop").await;
        let error = task.await.unwrap_err();
        assert_eq!(error.downcast_ref::<gen::Panicked>().unwrap().message(), "in the clean-up");
        Ok(())
    });
}

/// The records of a body that is cancelled and keeps running for an hour.
fn said_within_an_hour(body: impl Future<Output = gen::Result> + Send + 'static) -> Vec<String> {
    logged(|| {
        run(async {
            let task = spawn(body);
            gen::sleep(seconds(1)).await?;
            drop(task.cancel("stop"));
            gen::sleep(seconds(3600)).await?;
            drop(task);
            Ok(())
        })
    })
    .1
}

/// Asserts that exactly one record asks about the yield in that line of this file.
fn asks_once(lines: &[String], line: u32) {
    let [asked] = lines else { panic!("one line, and not {lines:#?}") };
    assert!(asked.starts_with("WARN gen: "), "{asked}");
    assert!(asked.contains(&format!("swallowed.rs:{line}:")), "{asked} is not about line {line}");
    assert!(asked.contains("stop") && asked.ends_with("was the cancellation swallowed?"), "{asked}");
}

/// A loop that tries again lives for ever after its cancellation, and no record would say why.
#[test]
fn a_task_that_waits_again_where_it_was_told_is_reported_once() {
    #[gen::coroutine]
    fn accepts() -> gen::Result {
        loop {
            let (line, accepted) = (line!(), yield_!(gen::sleep(seconds(60))));
            if accepted.is_err() {
                LINE.store(line, Ordering::Relaxed);
                yield_!(gen::sleep(seconds(1)))?;
            }
        }
    }
    static LINE: AtomicU32 = AtomicU32::new(0);
    asks_once(&said_within_an_hour(accepts()), LINE.load(Ordering::Relaxed));
}

/// A task that waits again at once is stuck in the same way.
#[test]
fn a_task_that_waits_again_in_the_same_turn_is_reported_once() {
    #[gen::coroutine]
    fn retries() -> gen::Result {
        while yield_!(std::future::pending::<()>()).is_err() {}
        Ok(())
    }
    let lines = said_within_an_hour(retries());
    assert_eq!(lines.len(), 1, "{lines:#?}");
}

#[gen::coroutine]
fn connects() -> gen::Result {
    yield_!(gen::sleep(seconds(60)))
}

/// The loop is outside of the interrupted function. The record names the line of the loop.
#[test]
fn the_yield_that_swallowed_it_is_named_and_not_the_innermost_one() {
    #[gen::coroutine]
    fn retries() -> gen::Result {
        loop {
            LINE.store(line!() + 1, Ordering::Relaxed);
            if yield_!(connects()).is_err() {
                yield_!(gen::sleep(seconds(1)))?;
            }
        }
    }
    static LINE: AtomicU32 = AtomicU32::new(0);
    asks_once(&said_within_an_hour(retries()), LINE.load(Ordering::Relaxed));
}

/// Otherwise the record would name a child of a group, a scope or a timeout in place of the yield
/// that waits for them.
#[test]
fn a_loop_around_a_group_is_reported() {
    macro_rules! swallows {
        ($name:ident, $yielded:expr) => {
            #[gen::coroutine]
            fn $name() -> gen::Result {
                loop {
                    if yield_!($yielded).is_err() {
                        yield_!(gen::sleep(seconds(1)))?;
                    }
                }
            }
            let lines = said_within_an_hour($name());
            assert_eq!(lines.len(), 1, "{}: {lines:#?}", stringify!($name));
        };
    }
    swallows!(list, vec![connects(), connects()]);
    swallows!(tuple, (connects(), gen::sleep(seconds(70))));
    swallows!(limit, gen::limit(2, [connects(), connects()]));
    swallows!(first, gen::first_of([connects(), connects()]));
    swallows!(nested, (vec![vec![connects()]], gen::sleep(seconds(70))));
    swallows!(timeout, gen::with_timeout(seconds(100), vec![connects()]));
    swallows!(
        scope,
        gen::scope(|scope| async move {
            scope.spawn(connects());
            yield_!(connects())
        })
    );
}

/// A child that ignores its cancellation keeps its scope alive, and its cancelled siblings waiting.
#[test]
fn a_child_of_a_scope_that_swallows_it_is_reported() {
    #[gen::coroutine]
    fn swallows() -> gen::Result {
        loop {
            if yield_!(gen::sleep(seconds(60))).is_err() {
                yield_!(gen::sleep(seconds(1)))?;
            }
        }
    }
    #[gen::coroutine]
    fn fails() -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(swallows());
            yield_!(gen::sleep(seconds(10)))?;
            Err::<(), _>(gen::Error::new("no route"))
        }))
    }
    let (_, lines) = logged(|| {
        run(async {
            drop(spawn(fails()));
            gen::sleep(seconds(3600)).await
        })
    });
    let asked: Vec<_> =
        lines.iter().filter(|line| line.contains("was the cancellation swallowed?")).collect();
    assert_eq!(asked.len(), 1, "{lines:#?}");
}

/// Otherwise a body that ends correctly would be reported.
#[test]
fn a_clean_up_is_not_reported() {
    /// Calls the interrupted function again.
    #[gen::coroutine]
    fn calls_it_again() -> gen::Result {
        let end = yield_!(connects());
        if end.is_err() {
            yield_!(connects())?;
            yield_!(vec![connects()])?;
        }
        end
    }
    /// It is the same yield in another call.
    #[gen::coroutine(boxed)]
    fn waits_and_passes_it_on(depth: u32) -> gen::Result {
        if depth > 0 {
            return yield_!(waits_and_passes_it_on(depth - 1));
        }
        yield_!(gen::sleep(seconds(60)))
    }
    #[gen::coroutine]
    fn shields() -> gen::Result {
        yield_!(gen::shield(gen::sleep(seconds(60))))?;
        yield_!(gen::sleep(seconds(60)))
    }
    for body in [
        gen::boxed_send(calls_it_again()),
        gen::boxed_send(waits_and_passes_it_on(3)),
        gen::boxed_send(shields()),
        gen::boxed_send(async { works("a", 100, Journal::default()).await.map(drop) }),
    ] {
        let lines = said_within_an_hour(body);
        assert!(!lines.iter().any(|line| line.contains("swallowed")), "{lines:#?}");
    }
}
