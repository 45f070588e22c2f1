//! A cancellation at the same instant as the result.

use behaviour::Children;

use super::*;

#[gen::coroutine]
fn two(first: behaviour::Child, second: behaviour::Child, journal: Journal) -> gen::Result<u32> {
    for child in [first, second] {
        match yield_!(child) {
            Ok(value) => journal.say(format!("got {value}")),
            Err(error) => journal.say(reason(&error)),
        }
    }
    Ok(0)
}

/// Otherwise a result that has arrived would be lost: a connection that was opened, a message that
/// was taken.
#[test]
fn t21_the_result_wins_and_the_next_yield_is_told() {
    // On another thread the cancellation may be taken before the child has its result.
    needs!(OneThread);
    for result_first in [true, false] {
        let (children, mut futures) = Children::of(2);
        let (second, journal) = (futures.remove(1), Journal::default());
        run(async {
            let task = spawn(two(futures.remove(0), second, journal.clone()));
            if result_first {
                children.end(0, Ok(1));
            }
            let cancelling = task.cancel("stop");
            if !result_first {
                children.end(0, Ok(1));
            }
            cancelling.await;
            task.await
        });
        assert_eq!(journal.take(), "got 1, stop", "result first: {result_first}");
    }
}

/// The end of a task is final.
#[test]
fn t21_a_body_that_ends_in_that_turn_has_its_result() {
    #[gen::coroutine]
    fn one(child: behaviour::Child) -> gen::Result<u32> {
        yield_!(child)
    }
    let (children, mut futures) = Children::of(1);
    let value = run(async {
        let task = spawn(one(futures.remove(0)));
        children.end(0, Ok(1));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!(value, 1);
}

/// A child that is ready in that poll keeps its result, and the other children are cancelled.
#[test]
fn t21_children_that_are_ready_keep_their_results() {
    #[gen::coroutine]
    fn settled(child: behaviour::Child, journal: Journal) -> gen::Result<Vec<String>> {
        let children = vec![gen::boxed_send(child), gen::boxed_send(works("a", 1, journal))];
        let results = yield_!(gen::multi(children).settle())?;
        Ok(results
            .into_iter()
            .map(|result| result.map_or_else(|error| reason(&error), |n| n.to_string()))
            .collect())
    }
    let (children, mut futures) = Children::of(1);
    let journal = Journal::default();
    let results = run(async {
        let task = spawn(settled(futures.remove(0), journal.clone()));
        children.end(0, Ok(7));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!(
        (results, journal.take()),
        (vec!["7".to_owned(), "stop".to_owned()], "a told, a clean".to_owned())
    );
}

/// A group that is ready in that poll is not cancelled. The next yield receives the cancellation.
#[test]
fn t21_a_group_that_is_ready_wins() {
    #[gen::coroutine]
    fn group(child: behaviour::Child, journal: Journal) -> gen::Result {
        journal.say(format!("{:?}", yield_!([child])?));
        let end = yield_!(gen::sleep(seconds(10)));
        journal.say(reason(&end.unwrap_err()));
        Ok(())
    }
    let (children, mut futures) = Children::of(1);
    let journal = Journal::default();
    run(async {
        let task = spawn(group(futures.remove(0), journal.clone()));
        children.end(0, Ok(7));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!(journal.take(), "[7], stop");
}
