//! Swallowed by a broad match.

use super::*;

/// Retries whatever fails, as too many do.
#[gen::coroutine]
fn retries(journal: Journal) -> gen::Result<&'static str> {
    while yield_!(gen::sleep(seconds(10))).is_err() {
        journal.say("again");
    }
    Ok("slept at last")
}

/// The caller would be told that the task has ended, or the task would be killed behind its back.
#[test]
fn t21_a_body_that_swallows_it_goes_on_and_is_waited_for() {
    let journal = Journal::default();
    let clock = gen::VirtualClock::new();
    let began = clock.now();
    let outcome = gen::IoLoop::with_clock(clock.clone()).run_sync(async {
        let task = gen::spawn_local(retries(journal.clone()));
        gen::sleep(seconds(5)).await?;
        task.cancel("stop").await;
        task.await
    });
    assert_eq!((outcome.unwrap(), journal.take()), ("slept at last", "again".to_owned()));
    assert_eq!((clock.now() - began).as_secs(), 15);
}

/// A child of a group that swallows it has its value.
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
        let task = gen::spawn_local(group(journal.clone()));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!((outcome, journal.take()), ("slept at last", "again, a told, a clean".to_owned()));
}

/// Panics in a clean-up would be lost, or hang whoever waits.
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
        let task = gen::spawn_local(panics());
        task.cancel("stop").await;
        let error = task.await.unwrap_err();
        assert_eq!(error.downcast_ref::<gen::Panicked>().unwrap().message(), "in the clean-up");
        Ok(())
    });
}
