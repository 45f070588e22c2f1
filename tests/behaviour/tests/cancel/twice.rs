//! Cancelled twice.

use super::*;

/// Reports each error that arrives, up to three.
#[gen::coroutine]
fn hears(journal: Journal) -> gen::Result {
    for _ in 0..3 {
        let error = yield_!(gen::sleep(seconds(10))).expect_err("it is cancelled before");
        journal.say(reason(&error));
    }
    Ok(())
}

/// Otherwise two callers that cancel at once would make the clean-up fail at its first yield.
#[test]
fn t21_two_requests_in_one_turn_are_one() {
    needs!(OneThread);
    let journal = Journal::default();
    run(async {
        let task = spawn(works("a", 1, journal.clone()));
        let (first, second) = (task.cancel("one"), task.cancel("two"));
        first.await;
        second.await;
        assert_eq!(reason(&task.await.unwrap_err()), "one");
        Ok(())
    });
    assert_eq!(journal.take(), "a told, a clean");
}

/// Otherwise a second request could not stop a clean-up that hangs.
#[test]
fn t21_a_second_request_arrives_during_the_clean_up() {
    let journal = Journal::default();
    run(async {
        let task = spawn(works("a", 100, journal.clone()));
        drop(task.cancel("please"));
        gen::sleep(seconds(1)).await?;
        task.cancel("at once").await;
        assert_eq!(reason(&task.await.unwrap_err()), "at once");
        Ok(())
    });
    assert_eq!(journal.take(), "a told");
}

/// Every request after the previous one has arrived arrives too.
#[test]
fn t21_again_and_again() {
    let journal = Journal::default();
    run(async {
        let task = spawn(hears(journal.clone()));
        for request in ["one", "two", "three"] {
            drop(task.cancel(request));
            gen::sleep(seconds(1)).await?;
        }
        task.await
    });
    assert_eq!(journal.take(), "one, two, three");
}

/// The children of a group receive the second request like other tasks.
#[test]
fn t21_a_group_is_cancelled_twice() {
    #[gen::coroutine]
    fn group(journal: Journal) -> gen::Result {
        yield_!(vec![works("a", 100, journal.clone()), works("b", 1, journal)]).map(drop)
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(group(journal.clone()));
        drop(task.cancel("please"));
        gen::sleep(seconds(2)).await?;
        task.cancel("at once").await;
        let error = task.await.unwrap_err();
        assert_eq!((reason(&error), reason(&error.others()[0].error)), ("at once".into(), "please".into()));
        Ok(())
    });
    assert_eq!(journal.take(), "a told, b told, b clean");
}

/// Otherwise a request after the end would hang, or be an error.
#[test]
fn t21_after_the_end_nothing_happens() {
    run(async {
        let task = spawn(async { Ok::<_, gen::Error>(7) });
        assert!(task.is_done());
        task.cancel("late").await;
        task.cancel("later").await;
        assert_eq!(task.await?, 7);
        Ok(())
    });
}
