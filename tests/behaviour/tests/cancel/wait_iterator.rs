//! A `WaitIterator` is a group: its children are cancelled, and their results come as they end.

use behaviour::Children;
use gen::yield_;

use super::{reason, run, seconds, spawn, works, Journal};

/// Takes all results, good or bad, and says which they are.
#[gen::coroutine]
fn takes_all(journal: Journal) -> gen::Result {
    let children = [works("a", 2, journal.clone()), works("b", 1, journal.clone())];
    let mut waits = gen::WaitIterator::new(children);
    waits.push(works("c", 3, journal.clone()));
    while !waits.done() {
        let result = yield_!(waits.next());
        let index = waits.current_index();
        journal.say(format!("{index:?} {}", result.map_err(|error| reason(&error)).unwrap_err()));
    }
    Ok(())
}

/// Otherwise children that hold a resource would be dropped with the iterator, or never learn that
/// their results are not wanted.
#[test]
fn the_children_of_an_iterator_are_told_and_clean_up() {
    let journal = Journal::default();
    let told = journal.clone();
    run(async move {
        let task = spawn(takes_all(journal));
        gen::sleep(seconds(1)).await?;
        task.cancel("enough").await;
        task.await
    });
    assert_eq!(
        told.take(),
        "a told, b told, c told, b clean, Some(1) enough, a clean, Some(0) enough, c clean, Some(2) enough"
    );
}

/// Otherwise the iterator would stay cancelled for ever.
#[test]
fn a_child_that_is_added_later_is_not_told() {
    let journal = Journal::default();
    let told = journal.clone();
    #[gen::coroutine]
    fn adds(journal: Journal) -> gen::Result<u32> {
        let mut waits = gen::WaitIterator::new([works("a", 1, journal.clone())]);
        let first = yield_!(waits.next());
        journal.say(reason(&first.unwrap_err()));
        waits.push(works("b", 1, journal));
        yield_!(waits.next())
    }
    let result = run(async move {
        let task = spawn(adds(journal));
        task.cancel("enough").await;
        task.await
    });
    assert_eq!(result, 1);
    assert_eq!(told.take(), "a told, a clean, enough");
}

/// Otherwise a shield would hold nothing back, or would hold it back for ever.
#[test]
fn a_shielded_child_is_told_when_the_shield_is_over() {
    let journal = Journal::default();
    let told = journal.clone();
    #[gen::coroutine]
    fn shielded(journal: Journal) -> gen::Result<u32> {
        yield_!(gen::shield(gen::sleep(seconds(5))))?;
        journal.say("shield over");
        yield_!(works("a", 1, journal))
    }
    #[gen::coroutine]
    fn waits(journal: Journal) -> gen::Result<u32> {
        let mut waits = gen::WaitIterator::new([shielded(journal)]);
        yield_!(waits.next())
    }
    let error = run(async move {
        let task = spawn(waits(journal));
        task.cancel("enough").await;
        Ok(task.await.unwrap_err())
    });
    assert_eq!(reason(&error), "enough");
    assert_eq!(told.take(), "shield over, a told, a clean");
}

/// A result that is ready is handed over first. The next call of `next` cancels the others.
#[test]
fn t21_a_wait_iterator_with_a_result_hands_it_over() {
    #[gen::coroutine]
    fn collects(child: behaviour::Child, journal: Journal) -> gen::Result {
        let mut waits =
            gen::WaitIterator::new([gen::boxed_send(child), gen::boxed_send(works("a", 1, journal.clone()))]);
        while !waits.done() {
            journal.say(yield_!(waits.next()).map_or_else(|error| reason(&error), |value| value.to_string()));
        }
        Ok(())
    }
    let (children, mut futures) = Children::of(1);
    let journal = Journal::default();
    run(async {
        let task = spawn(collects(futures.remove(0), journal.clone()));
        children.end(0, Ok(7));
        task.cancel("stop").await;
        task.await
    });
    assert_eq!(journal.take(), "7, a told, a clean, stop");
}
