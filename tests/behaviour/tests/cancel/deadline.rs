//! Timeouts that cancel, and leave time to clean up.

use std::future::pending;

use behaviour::{logged, timed};

use super::*;

#[gen::coroutine]
fn limited(cleanup: u64, grace: u64, journal: Journal) -> gen::Result<u32> {
    yield_!(gen::with_timeout(seconds(10), works("a", cleanup, journal)).cancel(seconds(grace)))
}

/// Otherwise the interrupted work could not be undone.
#[test]
fn at_the_deadline_the_child_is_told_and_waited_for() {
    let journal = Journal::default();
    let (took, result) = timed(limited(3, 5, journal.clone()));
    assert!(result.unwrap_err().is::<gen::TimeoutError>());
    assert_eq!((took, journal.take()), (in_seconds(13), "a told, a clean".to_owned()));
}

/// Otherwise a clean-up that hangs would hang the whole program.
#[test]
fn after_the_grace_period_the_child_is_dropped() {
    let journal = Journal::default();
    let (took, result) = timed(limited(100, 5, journal.clone()));
    let error = result.unwrap_err();
    assert_eq!(error.downcast_ref::<gen::TimeoutError>().unwrap().after(), seconds(10));
    assert_eq!((took, journal.take()), (in_seconds(15), "a told".to_owned()));
}

/// Otherwise the deadline would add a cost even if it is met.
#[test]
fn before_the_deadline_nothing_happens() {
    #[gen::coroutine]
    fn quick() -> gen::Result<u32> {
        let slept = async {
            gen::sleep(seconds(1)).await?;
            Ok::<_, gen::Error>(7)
        };
        yield_!(gen::with_timeout(seconds(10), slept).cancel(seconds(5)))
    }
    let (took, result) = timed(quick());
    assert_eq!((took, result.unwrap()), (in_seconds(1), 7));
}

/// Otherwise the timeout would wait in vain for a future that cannot be cancelled.
#[test]
fn a_plain_future_is_dropped_at_the_deadline() {
    #[gen::coroutine]
    fn plain() -> gen::Result {
        yield_!(gen::with_timeout(seconds(10), pending::<()>()).cancel(seconds(5)))
    }
    let (took, result) = timed(plain());
    assert!(result.unwrap_err().is::<gen::TimeoutError>());
    assert_eq!(took, in_seconds(10));
}

/// Otherwise a value that came just in time would be lost, and a clean-up that failed would look
/// like a success.
#[test]
fn what_the_child_ends_with_is_handed_over() {
    #[gen::coroutine]
    fn ends(with: gen::Result<u32>) -> gen::Result<u32> {
        if yield_!(pending::<()>()).is_err() {
            yield_!(gen::sleep(seconds(1)))?;
        }
        with
    }
    #[gen::coroutine]
    fn limits(with: gen::Result<u32>) -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(10), ends(with)).cancel(seconds(5)))
    }
    assert_eq!(timed(limits(Ok(7))).1.unwrap(), 7);
    let failed = timed(limits(Err(gen::Error::new("cannot roll back")))).1;
    assert_eq!(failed.unwrap_err().to_string(), "cannot roll back");
}

/// Each child of a list is cancelled, and the error's source says why.
#[test]
fn every_child_of_a_group_is_told() {
    #[gen::coroutine]
    fn says_why(journal: Journal) -> gen::Result {
        let end = yield_!(pending::<()>());
        let cancelled = end.as_ref().unwrap_err().downcast_ref::<gen::Cancelled>().unwrap();
        journal.say(format!("{:?}: {}", cancelled.source, cancelled.reason));
        end
    }
    #[gen::coroutine]
    fn limits(journal: Journal) -> gen::Result {
        let group = vec![says_why(journal.clone()), says_why(journal)];
        yield_!(gen::with_timeout(seconds(10), group).cancel(seconds(5))).map(drop)
    }
    let journal = Journal::default();
    let (took, result) = timed(limits(journal.clone()));
    assert!(result.unwrap_err().is::<gen::TimeoutError>());
    let each = format!("Deadline: the deadline has passed, after {:?}", seconds(10));
    assert_eq!((took, journal.take()), (in_seconds(10), format!("{each}, {each}")));
}

/// A shield delays the clean-up, but not for longer than the grace period.
#[test]
fn a_shield_holds_until_the_grace_period_is_over() {
    #[gen::coroutine]
    fn shielded(length: u64, journal: Journal) -> gen::Result {
        yield_!(gen::shield(gen::sleep(seconds(length))))?;
        let end = yield_!(pending::<()>());
        journal.say("told");
        end
    }
    #[gen::coroutine]
    fn limits(length: u64, journal: Journal) -> gen::Result {
        yield_!(gen::with_timeout(seconds(10), shielded(length, journal)).cancel(seconds(5)))
    }
    for (length, expected) in
        [(12, (in_seconds(12), "told".to_owned())), (20, (in_seconds(15), String::new()))]
    {
        let journal = Journal::default();
        let (took, result) = timed(limits(length, journal.clone()));
        assert!(result.unwrap_err().is::<gen::TimeoutError>());
        assert_eq!((took, journal.take()), expected);
    }
}

/// Otherwise a cancellation from outside would look like that of the deadline, or would not reach
/// the child.
#[test]
fn t21_a_cancellation_from_outside_goes_through() {
    for (at, told) in [(5, "outside"), (12, "outside")] {
        let journal = Journal::default();
        let error = run(async {
            let task = spawn(limited(100, 50, journal.clone()));
            gen::sleep(seconds(at)).await?;
            if at == 12 {
                // Interrupts the clean-up that the deadline has begun.
                task.cancel("outside").await;
            } else {
                drop(task.cancel("outside"));
                gen::sleep(seconds(1)).await?;
                assert_eq!(journal.take(), "a told");
                task.cancel("outside").await;
            }
            Ok(task.await.unwrap_err())
        });
        assert_eq!(reason(&error), told);
    }
}

/// Otherwise the end of a nested deadline would look like that of the outer one.
#[test]
fn nested_deadlines_tell_their_own() {
    #[gen::coroutine]
    fn inner(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(20), works("a", 1, journal)).cancel(seconds(5)))
    }
    #[gen::coroutine]
    fn outer(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(10), inner(journal)).cancel(seconds(5)))
    }
    let journal = Journal::default();
    let (took, result) = timed(outer(journal.clone()));
    let error = result.unwrap_err();
    assert_eq!(error.downcast_ref::<gen::TimeoutError>().unwrap().after(), seconds(10));
    assert_eq!((took, journal.take()), (in_seconds(11), "a told, a clean".to_owned()));
}

/// Two deadlines around one coroutine, whose clean-up takes `clean_up` seconds.
#[gen::coroutine]
fn nested(outer: (u64, u64), inner: (u64, u64), cleanup: u64, journal: Journal) -> gen::Result<u32> {
    #[gen::coroutine]
    fn inside((after, grace): (u64, u64), cleanup: u64, journal: Journal) -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(after), works("a", cleanup, journal)).cancel(seconds(grace)))
    }
    let inside = inside(inner, cleanup, journal);
    yield_!(gen::with_timeout(seconds(outer.0), inside).cancel(seconds(outer.1)))
}

/// Otherwise the second deadline would immediately end the clean-up that the first one has begun.
#[test]
fn a_deadline_does_not_disturb_the_clean_up_of_another_one() {
    // Both deadlines at once; the inner one first; the outer one first.
    for (outer, inner, ends) in [((10, 5), (10, 5), 13), ((11, 5), (10, 5), 13), ((10, 5), (11, 5), 13)] {
        let journal = Journal::default();
        let (took, result) = timed(nested(outer, inner, 3, journal.clone()));
        assert!(result.unwrap_err().is::<gen::TimeoutError>());
        assert_eq!(
            (took, journal.take().as_str()),
            (in_seconds(ends), "a told, a clean"),
            "{outer:?} {inner:?}"
        );
    }
}

/// Each grace period still limits the time of the code inside it.
#[test]
fn of_nested_grace_periods_the_one_that_ends_first_drops() {
    for (outer, inner, ends) in [((10, 5), (10, 50), 15), ((10, 50), (10, 5), 15), ((10, 50), (12, 5), 17)] {
        let journal = Journal::default();
        let (took, result) = timed(nested(outer, inner, 100, journal.clone()));
        assert!(result.unwrap_err().is::<gen::TimeoutError>());
        assert_eq!((took, journal.take().as_str()), (in_seconds(ends), "a told"), "{outer:?} {inner:?}");
    }
}

/// Otherwise a body that goes on after the inner clean-up would never learn of the outer deadline.
#[test]
fn the_outer_deadline_is_told_when_the_inner_clean_up_is_over() {
    #[gen::coroutine]
    fn goes_on(journal: Journal) -> gen::Result<u32> {
        let limited = gen::with_timeout(seconds(10), works("a", 3, journal.clone())).cancel(seconds(5));
        assert!(yield_!(limited).unwrap_err().is::<gen::TimeoutError>());
        yield_!(works("b", 1, journal))
    }
    #[gen::coroutine]
    fn outer(in_a_group: bool, journal: Journal) -> gen::Result<u32> {
        let limit = seconds(11);
        match in_a_group {
            false => yield_!(gen::with_timeout(limit, goes_on(journal)).cancel(seconds(50))),
            true => {
                let ended = yield_!(gen::with_timeout(limit, [goes_on(journal)]).cancel(seconds(50)));
                ended.map(|[value]| value)
            }
        }
    }
    for in_a_group in [false, true] {
        let journal = Journal::default();
        let (took, result) = timed(outer(in_a_group, journal.clone()));
        assert_eq!(result.unwrap_err().downcast_ref::<gen::TimeoutError>().unwrap().after(), seconds(11));
        assert_eq!((took, journal.take().as_str()), (in_seconds(14), "a told, a clean, b told, b clean"));
    }
}

/// A request during a clean-up is urgent, and would be ignored otherwise.
#[test]
fn an_explicit_request_disturbs_the_clean_up_of_nested_deadlines() {
    let journal = Journal::default();
    run(async {
        let task = spawn(nested((10, 50), (10, 50), 30, journal.clone()));
        gen::sleep(seconds(12)).await?;
        task.cancel("at once").await;
        assert_eq!(reason(&task.await.unwrap_err()), "at once");
        Ok(())
    });
    assert_eq!(journal.take(), "a told");
}

/// The grace period does not protect a yield beside the one that cleans up.
#[test]
fn an_inner_deadline_that_is_dropped_lets_go_of_the_outer_one() {
    #[gen::coroutine]
    fn races(journal: Journal) -> gen::Result {
        let cleans = async {
            yield_!(gen::with_timeout(seconds(10), works("a", 100, journal.clone())).cancel(seconds(100)))
        };
        let short = gen::sleep(seconds(12));
        drop(futures::future::select(std::pin::pin!(cleans), short).await);
        let end = yield_!(pending::<()>());
        journal
            .say(format!("{:?}", end.as_ref().unwrap_err().downcast_ref::<gen::Cancelled>().unwrap().source));
        end
    }
    #[gen::coroutine]
    fn outer(journal: Journal) -> gen::Result {
        yield_!(gen::with_timeout(seconds(11), races(journal)).cancel(seconds(50)))
    }
    let journal = Journal::default();
    let (took, result) = timed(outer(journal.clone()));
    assert!(result.unwrap_err().is::<gen::TimeoutError>());
    assert_eq!((took, journal.take().as_str()), (in_seconds(12), "a told, Deadline"));
}

/// The task of a handle goes on. Its late failure is reported as such, or not at all.
#[test]
fn a_task_goes_on_after_the_deadline() {
    #[gen::coroutine]
    fn late() -> gen::Result {
        yield_!(gen::sleep(seconds(20)))?;
        Err(gen::Error::from(std::fmt::Error))
    }
    for quiet in [true, false] {
        let (_, lines) = logged(|| {
            run(async {
                let limited = gen::with_timeout(seconds(10), gen::spawn(late()));
                let error = if quiet {
                    gen::multi([limited.quiet::<std::fmt::Error>().cancel(seconds(5))]).join().await
                } else {
                    gen::multi([limited.cancel(seconds(5))]).join().await
                };
                assert!(error.unwrap_err().is::<gen::TimeoutError>());
                gen::sleep(seconds(60)).await
            })
        });
        assert_eq!(lines.len(), usize::from(!quiet), "{lines:?}");
        assert!(lines.iter().all(|line| line.contains("failed after the timeout that waited for it")));
    }
}

#[test]
fn where_no_loop_runs_having_to_wait_is_an_error() {
    needs!(NoFeatures);
    let mut limited =
        std::pin::pin!(gen::multi([
            gen::with_timeout(seconds(1), pending::<gen::Result<()>>()).cancel(seconds(1))
        ])
        .join());
    let std::task::Poll::Ready(Err(error)) = behaviour::Poller::new().poll(limited.as_mut()) else {
        panic!("it cannot wait")
    };
    assert!(error.is::<gen::NoHost>());
}
