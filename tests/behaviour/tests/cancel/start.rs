//! Cancelled before the start.

use super::*;

#[gen::coroutine]
fn starts(journal: Journal) -> gen::Result {
    journal.say("started");
    let end = yield_!(gen::sleep(seconds(10)));
    journal.say(if end.is_err() { "told" } else { "slept" });
    end
}

/// Otherwise code before the first yield would not be sure to run, for instance code that gives
/// back an argument.
#[test]
fn t21_children_that_were_not_started_are_started_and_told() {
    #[gen::coroutine]
    fn two_groups(journal: Journal) -> gen::Result {
        // The body can receive nothing before its second yield, and its children are cold until
        // then.
        yield_!(gen::shield(gen::sleep(seconds(1))))?;
        yield_!(vec![starts(journal.clone()), starts(journal)]).map(drop)
    }
    let journal = Journal::default();
    run(async {
        let task = spawn(two_groups(journal.clone()));
        task.cancel("stop").await;
        assert!(task.await.is_err());
        Ok(())
    });
    assert_eq!(journal.take(), "started, started, told, told");
}

/// The first step of a task is done when it is spawned. So no task can be cancelled before its
/// first step.
#[test]
fn t21_a_task_has_run_its_first_step() {
    let journal = Journal::default();
    run(async {
        let task = spawn(starts(journal.clone()));
        task.cancel("stop").await;
        assert!(task.await.is_err());
        Ok(())
    });
    assert_eq!(journal.take(), "started, told");
}

/// A task that could not be started has nothing to end.
#[test]
fn t21_a_task_that_could_not_be_started_has_ended() {
    let task = gen::spawn(async { Ok::<_, gen::Error>(()) });
    gen::block_on(task.cancel("stop"));
    assert!(gen::block_on(task).unwrap_err().is::<gen::NoHost>());
}
