//! The first failure ends the scope in an orderly way.

use super::*;

#[gen::coroutine]
fn fails(after: u64, text: &'static str) -> gen::Result<u32> {
    yield_!(gen::sleep(seconds(after)))?;
    Err(gen::Error::new(text))
}

/// Otherwise the siblings would be dropped in the middle of their work, or go on in vain.
#[test]
fn the_siblings_are_cancelled_and_waited_for() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<()> {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(works("a", 2, journal.clone()));
            scope.spawn(fails(1, "no route"));
            scope.spawn(works("b", 1, journal.clone()));
            let end = yield_!(gen::sleep(seconds(100)));
            let error = end.unwrap_err();
            let cancelled = error.downcast_ref::<gen::Cancelled>().unwrap();
            assert_eq!(cancelled.source, gen::CancelSource::Sibling);
            journal.say(format!("body told: {}", cancelled.reason));
            Ok::<_, gen::Error>(())
        }))
    }
    let journal = Journal::default();
    let (error, lines) = logged(|| run(async { Ok(body(journal.clone()).await.unwrap_err()) }));
    assert_eq!(error.to_string(), "no route");
    assert_eq!(error.others().len(), 0, "to be cancelled is no failure");
    assert_eq!(lines, [""; 0]);
    assert_eq!(journal.take(), "body told: a sibling has failed: no route, a told, b told, b clean, a clean");
}

/// Otherwise the body's failure would leave the children running, or drop them.
#[test]
fn the_children_of_a_body_that_fails_are_cancelled_and_waited_for() {
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<()> {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(works("a", 2, journal));
            yield_!(gen::moment())?;
            Err::<(), _>(gen::Error::new("the body's own"))
        }))
    }
    let journal = Journal::default();
    let error = run(async { Ok(body(journal.clone()).await.unwrap_err()) });
    assert_eq!(error.to_string(), "the body's own");
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise the error that the body returns for a child's failure would be lost, or reported as a
/// second one.
#[test]
fn the_body_may_hand_on_what_a_child_failed_with() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        yield_!(gen::scope(|scope| async move {
            let child = scope.spawn(fails(1, "no route"));
            yield_!(child).map_err(|error| error.context("cannot fetch"))
        }))
    }
    let (error, lines) = logged(|| run(async { Ok(body().await.unwrap_err()) }));
    assert_eq!((format!("{error:#}").as_str(), error.others().len()), ("cannot fetch: no route", 0));
    let trace: Vec<_> = error.trace().iter().map(gen::Site::function).collect();
    assert_eq!(trace, ["body", "body"], "the yield of the handle, and that of the scope");
    assert_eq!(lines, [""; 0]);
}

/// Otherwise it would be random whether the scope ignores a failure that the body has looked at.
#[test]
fn a_failure_counts_whether_or_not_somebody_looks_at_it() {
    #[gen::coroutine]
    fn body(looks: bool) -> gen::Result<&'static str> {
        yield_!(gen::scope(|scope| async move {
            let child = scope.spawn(fails(1, "no route"));
            if looks {
                assert!(yield_!(child).is_err());
            }
            Ok::<_, gen::Error>("the body is content")
        }))
    }
    for looks in [true, false] {
        let error = run(async { Ok(body(looks).await.unwrap_err()) });
        assert_eq!(error.to_string(), "no route");
    }
}

/// Otherwise children with results that may be errors could not be in a scope.
#[test]
fn a_child_may_end_with_a_result_that_is_no_failure() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        yield_!(gen::scope(|scope| async move {
            let child = scope.spawn(gen::ok(fails(1, "no route")));
            Ok::<_, gen::Error>(yield_!(child)?.unwrap_err().to_string())
        }))
    }
    assert_eq!(run(body()), "no route");
}

/// Otherwise failures after the first would be lost.
#[test]
fn what_else_fails_is_kept_and_logged() {
    #[gen::coroutine]
    fn cleans_up_badly() -> gen::Result {
        if yield_!(gen::sleep(seconds(100))).is_err() {
            return Err(gen::Error::new("cannot roll back"));
        }
        Ok(())
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(cleans_up_badly());
            scope.spawn(fails(1, "no route"));
            Ok::<_, gen::Error>(())
        }))
    }
    let (error, lines) = logged(|| run(async { Ok(body().await.unwrap_err()) }));
    assert_eq!(error.to_string(), "no route");
    let others: Vec<_> = error.others().iter().map(ToString::to_string).collect();
    assert_eq!((others, lines.len()), (vec!["[0]: cannot roll back".to_owned()], 1));
}

#[gen::coroutine]
fn cleans_up_for_ever() -> gen::Result<u32> {
    let outcome = yield_!(gen::sleep(seconds(100)));
    yield_!(std::future::pending::<gen::Result>())?;
    outcome.map(|()| 0)
}

/// Otherwise a timeout would hide why the scope has ended, and its other failures.
#[test]
fn the_failures_of_one_that_is_dropped_are_reported_together() {
    #[gen::coroutine]
    fn cleans_up_badly() -> gen::Result<u32> {
        match yield_!(gen::sleep(seconds(100))) {
            Err(_) => Err(gen::Error::new("cannot roll back")),
            Ok(()) => Ok(0),
        }
    }
    #[gen::coroutine]
    fn body(body_fails: bool) -> gen::Result {
        let scope = gen::scope(|scope| async move {
            scope.spawn(cleans_up_badly());
            scope.spawn(cleans_up_for_ever());
            if body_fails {
                return Err(gen::Error::new("no route"));
            }
            scope.spawn(fails(1, "no route"));
            Ok(())
        });
        assert!(yield_!(gen::with_timeout(seconds(2), scope)).unwrap_err().is::<gen::TimeoutError>());
        Ok(())
    }
    for (body_fails, expected) in [(false, "[2]: no route"), (true, "[body]: no route")] {
        let ((), lines) = logged(|| run(body(body_fails)));
        let [line] = &lines[..] else { panic!("one record: {lines:?}") };
        assert!(
            line.starts_with("ERROR gen: a scope was dropped when children of it had failed: "),
            "{line}"
        );
        assert!(line.contains(expected) && line.contains("[0]: cannot roll back"), "{line}");
    }
}

/// Otherwise the panic of the body would suppress the failures of its children.
#[test]
fn the_failures_of_one_whose_body_panics_are_reported() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(fails(1, "no route"));
            let cancelled = yield_!(gen::sleep(seconds(100)));
            assert!(cancelled.is_ok(), "the body panics in its clean-up");
            Ok::<(), gen::Error>(())
        }))
    }
    let (error, lines) = logged(|| run(async { Ok(spawn(body()).await.unwrap_err()) }));
    assert!(error.is::<gen::Panicked>());
    let [line] = &lines[..] else { panic!("one record: {lines:?}") };
    assert!(
        line.starts_with("ERROR gen: a scope was dropped when children of it had failed: [0]: no route"),
        "{line}"
    );
}

/// An error that cannot be printed.
#[derive(Debug)]
struct Unprintable;

impl std::fmt::Display for Unprintable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("it panics as it is printed")
    }
}

impl std::error::Error for Unprintable {}

/// Otherwise the siblings would be dropped in the middle of their work, and the error would be
/// lost, because the reason of their cancellation cannot be written.
#[test]
fn the_siblings_of_one_whose_error_cannot_be_printed_clean_up() {
    #[gen::coroutine]
    fn body(journal: Journal, body_fails: bool) -> gen::Result {
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(works("a", 1, journal));
            if body_fails {
                yield_!(gen::moment())?;
                return Err(gen::Error::new(Unprintable));
            }
            scope.spawn(async {
                gen::moment().await?;
                Err::<(), _>(gen::Error::new(Unprintable))
            });
            Ok(())
        }))
    }
    for body_fails in [false, true] {
        let journal = Journal::default();
        let error = run(async { Ok(body(journal.clone(), body_fails).await.unwrap_err()) });
        assert!(error.is::<Unprintable>());
        assert_eq!(journal.take(), "a told, a clean");
    }
}

/// Otherwise logging several failures would end the scope.
#[test]
fn failures_that_cannot_be_printed_are_reported_all_the_same() {
    #[gen::coroutine]
    fn fails_unprintably() -> gen::Result {
        yield_!(gen::moment())?;
        Err(gen::Error::new(Unprintable))
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::scope(|scope| async move {
            scope.spawn(fails_unprintably());
            scope.spawn(fails_unprintably());
            Ok::<_, gen::Error>(())
        }))
    }
    let (error, lines) = logged(|| run(async { Ok(body().await.unwrap_err()) }));
    assert_eq!((error.is::<Unprintable>(), error.others().len(), lines.len()), (true, 1, 1));
    assert!(lines[0].contains("[1]: "), "{lines:?}");
}
