//! The protection of a shield.

use futures::future::{select, Either};

use super::*;

#[gen::coroutine]
fn commits(journal: Journal) -> gen::Result {
    yield_!(gen::shield(gen::sleep(seconds(5))))?;
    journal.say("committed");
    let end = yield_!(gen::sleep(seconds(100)));
    journal.say(reason(end.as_ref().unwrap_err()));
    end
}

/// Otherwise work that must not stop half-way would stop.
#[test]
fn a_shielded_part_is_not_cancelled_and_the_next_yield_is_told() {
    let journal = Journal::default();
    run(async {
        let task = spawn(commits(journal.clone()));
        task.cancel("stop").await;
        assert!(task.await.is_err());
        Ok(())
    });
    assert_eq!(journal.take(), "committed, stop");
}

/// A request that finds no further yield is done.
#[test]
fn a_body_that_ends_with_its_shield_has_its_result() {
    #[gen::coroutine]
    fn only() -> gen::Result<u32> {
        yield_!(gen::shield(async {
            gen::sleep(seconds(5)).await?;
            Ok::<_, gen::Error>(7)
        }))
    }
    let value = run(async {
        let task = spawn(only());
        task.cancel("stop").await;
        task.await
    });
    assert_eq!(value, 7);
}

/// Otherwise the first child would receive the cancellation through the shield of the second, or
/// the second would never receive it.
#[test]
fn in_a_group_only_the_shielded_child_waits() {
    #[gen::coroutine]
    fn group(journal: Journal) -> gen::Result {
        yield_!((works("a", 1, journal.clone()), commits(journal))).map(drop)
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(group(journal.clone()));
        task.cancel("stop").await;
        assert!(task.await.is_err());
        Ok(())
    });
    assert_eq!(journal.take(), "a told, a clean, committed, stop");
}

/// A shield around a list, and one around a list of shields, protect the whole list.
#[test]
fn a_shield_keeps_a_whole_group() {
    #[gen::coroutine]
    fn shielded(journal: Journal) -> gen::Result {
        let five = || gen::sleep(seconds(5));
        yield_!(gen::shield(vec![gen::shield(five()), gen::shield(five())]))?;
        yield_!(gen::shield((five(), [five(), five()])))?;
        yield_!(gen::shield(gen::with_timeout(seconds(50), Some(five()))))?;
        journal.say("all of it");
        yield_!(five())
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(shielded(journal.clone()));
        task.cancel("stop").await;
        assert_eq!(reason(&task.await.unwrap_err()), "stop");
        Ok(())
    });
    assert_eq!(journal.take(), "all of it");
}

/// Otherwise each of several requests would arrive separately, and the second would interrupt the
/// clean-up of the first.
#[test]
fn t21_of_requests_that_wait_the_first_is_told() {
    let journal = Journal::default();
    run(async {
        let task = spawn(commits(journal.clone()));
        drop(task.cancel("one"));
        gen::sleep(seconds(1)).await?;
        drop(task.cancel("two"));
        gen::sleep(seconds(1)).await?;
        task.cancel("three").await;
        assert!(task.await.is_err());
        Ok(())
    });
    assert_eq!(journal.take(), "committed, one");
}

/// The same for a group that holds back a request for a child.
#[test]
fn t21_of_requests_that_wait_in_a_group_the_first_is_told() {
    #[gen::coroutine]
    fn group(journal: Journal) -> gen::Result {
        yield_!(vec![commits(journal)]).map(drop)
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(group(journal.clone()));
        drop(task.cancel("one"));
        gen::sleep(seconds(1)).await?;
        task.cancel("two").await;
        assert!(task.await.is_err());
        Ok(())
    });
    assert_eq!(journal.take(), "committed, one");
}

/// The failure of a callback passes the shield. Otherwise it would have to wait for the end of the
/// shield, which perhaps waits for the callback.
#[test]
fn errors_get_through_also_while_a_cancellation_waits() {
    #[gen::coroutine]
    fn stuck(journal: Journal) -> gen::Result {
        let waited = yield_!(gen::shield(waits_inside(journal.clone())));
        journal.say(format!("outside: {}", waited.unwrap_err()));
        yield_!(std::future::pending::<()>())
    }
    #[gen::coroutine]
    fn waits_inside(journal: Journal) -> gen::Result {
        let waited = yield_!(std::future::pending::<()>());
        journal.say(format!("inside: {}", waited.as_ref().unwrap_err()));
        waited
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(stuck(journal.clone()));
        let cancelling = task.cancel("stop");
        gen::sleep(seconds(1)).await?;
        task.throw("the line is cut");
        cancelling.await;
        assert_eq!(reason(&task.await.unwrap_err()), "stop");
        Ok(())
    });
    assert_eq!(journal.take(), "inside: the line is cut, outside: the line is cut");
}

/// Otherwise a cancellation that waits would poll the task again and again.
#[test]
fn a_loop_with_a_cancellation_that_waits_sleeps() {
    needs!(OneThread);
    #[gen::coroutine]
    fn counts(polls: Count) -> gen::Result {
        let counted = std::future::poll_fn(move |_| {
            polls.add();
            std::task::Poll::<gen::Result<()>>::Pending
        });
        yield_!(gen::shield(counted))
    }
    let polls = Count::default();
    run(async {
        let task = spawn(counts(polls.clone()));
        drop(task.cancel("stop"));
        for _ in 0..10 {
            gen::sleep(seconds(1)).await?;
        }
        Ok(())
    });
    assert_eq!(polls.get(), 2, "once at the start, once with the request");
}

/// Otherwise a shield that loses a race would drop the request.
#[test]
fn a_shield_that_is_dropped_lets_go() {
    #[gen::coroutine]
    fn races(journal: Journal) -> gen::Result {
        let shielded = async { yield_!(gen::shield(gen::sleep(seconds(100)))) };
        let short = gen::sleep(seconds(5));
        match select(std::pin::pin!(shielded), short).await {
            Either::Right(_) => journal.say("the short one"),
            Either::Left(_) => journal.say("the shielded one"),
        }
        yield_!(std::future::pending::<()>())
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(races(journal.clone()));
        task.cancel("stop").await;
        assert_eq!(reason(&task.await.unwrap_err()), "stop");
        Ok(())
    });
    assert_eq!(journal.take(), "the short one");
}
