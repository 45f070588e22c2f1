//! The values that children may borrow, and the times at which children run.

use std::future::Future;
use std::sync::Mutex;

use super::*;

/// Otherwise children could only use values that they own or share.
#[test]
fn children_borrow_what_lives_outside_of_the_scope() {
    #[gen::coroutine]
    fn doubles(number: &mut u32) -> gen::Result {
        yield_!(gen::moment())?;
        *number *= 2;
        Ok(())
    }
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        let mut numbers = vec![1, 2, 3];
        let each = numbers.iter_mut();
        yield_!(gen::scope(|scope| async move {
            each.for_each(|number| drop(scope.spawn(doubles(number))));
            Ok::<_, gen::Error>(())
        }))?;
        Ok(numbers)
    }
    assert_eq!(run(body()), [2, 4, 6]);
}

/// Otherwise the children would stand still while the body waits for another future, like those of
/// a `FuturesUnordered`. A child that holds a lock would then hang the body.
#[test]
fn children_move_while_the_body_waits_for_something_else() {
    #[gen::coroutine]
    fn holds(lock: &Cell<bool>, journal: &Journal) -> gen::Result {
        lock.set(true);
        yield_!(gen::sleep(seconds(1)))?;
        lock.set(false);
        journal.say("let go");
        Ok(())
    }
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result {
        let lock = Cell::new(false);
        let (lock, said) = (&lock, &journal);
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(holds(lock, said));
            yield_!(gen::moment())?;
            while lock.get() {
                yield_!(gen::sleep(seconds(1)))?;
            }
            said.say("taken");
            Ok::<_, gen::Error>(())
        }))
    }
    let journal = Journal::default();
    run(body(journal.clone()));
    assert_eq!(journal.take(), "let go, taken");
}

/// Otherwise the time of the start would depend on the kind of the children, or on luck.
#[test]
fn children_start_when_the_body_waits_in_order() {
    #[gen::coroutine]
    fn child(name: &'static str, journal: &Journal) -> gen::Result<&'static str> {
        journal.say(format!("{name} starts"));
        yield_!(gen::moment())?;
        journal.say(format!("{name} ends"));
        Ok(name)
    }
    #[gen::coroutine]
    fn body(journal: Journal) -> gen::Result<&'static str> {
        let said = &journal;
        yield_!(gen::scope_local(|scope| async move {
            let (a, _) = (scope.spawn(child("a", said)), scope.spawn(child("b", said)));
            said.say("body waits");
            let a = yield_!(a);
            said.say("body ends");
            a
        }))
    }
    let journal = Journal::default();
    assert_eq!(run(body(journal.clone())), "a");
    assert_eq!(journal.take(), "body waits, a starts, b starts, a ends, b ends, body ends");
}

/// Otherwise a scope would end before the tasks that its children have spawned.
#[test]
fn children_may_spawn_others() {
    #[gen::coroutine(boxed)]
    fn tree<'env>(depth: u32, leaves: &'env Cell<u32>, scope: gen::LocalScope<'env>) -> gen::Result {
        if depth == 0 {
            yield_!(gen::moment())?;
            leaves.set(leaves.get() + 1);
            return Ok(());
        }
        scope.spawn(tree(depth - 1, leaves, scope.clone()));
        scope.spawn(tree(depth - 1, leaves, scope.clone()));
        Ok(())
    }
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let leaves = Cell::new(0);
        let counted = &leaves;
        yield_!(gen::scope_local(|scope| async move {
            scope.spawn(tree(6, counted, scope.clone()));
            Ok::<_, gen::Error>(())
        }))?;
        Ok(leaves.get())
    }
    assert_eq!(run(body()), 64);
}

/// Otherwise a scope would run only in a body, on our loop.
#[test]
fn a_scope_is_a_future_that_any_executor_may_move() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let sum = Mutex::new(0);
    let added = &sum;
    let scope = is_send(gen::scope(|scope| async move {
        for n in 1..=10 {
            scope.spawn(async move {
                *added.lock().unwrap() += n;
                Ok::<_, gen::Error>(())
            });
        }
        Ok::<_, gen::Error>(())
    }));
    futures::executor::block_on(scope).unwrap();
    assert_eq!(*sum.lock().unwrap(), 55);
}

/// Otherwise the wake of one child would poll them all, which takes quadratic time.
#[test]
fn only_what_was_woken_is_polled() {
    const MANY: usize = 2_000;
    let polls = Cell::new(0);
    let counted = &polls;
    run(async {
        gen::scope_local(|scope| async move {
            for n in 0..MANY {
                let mut sleep = gen::sleep(seconds(n as u64 % 100 + 1));
                scope.spawn(std::future::poll_fn(move |cx| {
                    counted.set(counted.get() + 1);
                    std::pin::Pin::new(&mut sleep).poll(cx)
                }));
            }
            Ok::<_, gen::Error>(())
        })
        .await
    });
    assert_eq!(polls.get(), 2 * MANY);
}
