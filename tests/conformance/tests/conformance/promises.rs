//! `gen::promise`, Tornado's `Future`: the rows of `Future`, `is_future` and `chain_future`, and
//! the rules about futures that other code sets.

use std::rc::Rc;

use behaviour::{logged, needs, seconds, spawn, Order};
use gen::{yield_, AlreadySetError, BrokenPromiseError, Panicked, Promise, SharedFuture};

use super::{after_turns, done, promises, run, run_in_context, run_logged, soon, Fault};

/// A future that the loop's callback sets.
#[test]
fn future() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let (promise, future) = gen::promise();
        soon(move || promise.set(1));
        yield_!(future)
    }
    assert_eq!(run(body()).unwrap(), 1);
}

/// A list of them.
#[test]
fn multi_future() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        let (promises, futures) = promises(2);
        soon(move || promises[0].set(1).and(promises[1].set(2)));
        yield_!(futures)
    }
    assert_eq!(run(body()).unwrap(), [1, 2]);
}

/// One future several times in a list gives its value as many times.
#[test]
fn multi_future_duplicate() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        let (promise, future) = gen::promise();
        soon(move || promise.set(2));
        yield_!(vec![done(1), future.clone(), done(3), future])
    }
    assert_eq!(run(body()).unwrap(), [1, 2, 3, 2]);
}

/// A map of them.
#[test]
fn multi_dict_future() {
    #[gen::coroutine]
    fn body() -> gen::Result<std::collections::HashMap<&'static str, u32>> {
        yield_!(std::collections::HashMap::from([("foo", done(1)), ("bar", done(2))]))
    }
    assert_eq!(run(body()).unwrap(), [("foo", 1), ("bar", 2)].into());
}

/// `is_done`, `result` and done callbacks, as in Tornado's `Future`.
#[test]
fn future_says_whether_it_is_done_and_with_what() {
    let (promise, future) = gen::promise::<u32>();
    assert!(!future.is_done() && !promise.is_set());
    assert!(future.result().is_none());
    promise.set(7).unwrap();
    assert!(future.is_done() && promise.is_set());
    assert_eq!(future.result().unwrap().unwrap(), 7);
}

/// A coroutine gets an error if the future that it waits for can no longer be set. (In Tornado it
/// waits for ever.)
#[test]
fn future_of_a_promise_that_is_dropped() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (promise, future) = gen::promise::<u32>();
        soon(move || drop(promise));
        let error = yield_!(future).unwrap_err();
        assert!(error.is::<BrokenPromiseError>());
        assert_eq!(error.to_string(), "the promise of a `u32` was dropped before it was set");
        Ok(())
    }
    run(body()).unwrap();
}

/// The type of a value decides whether it is a future. `maybe_future!` uses the type.
#[test]
fn is_future_is_asked_of_the_type() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u32, u32)> {
        Ok((yield_!(gen::maybe_future!(done(1)))?, yield_!(gen::maybe_future!(2))?))
    }
    assert_eq!(run(body()).unwrap(), (1, 2));
}

#[gen::coroutine]
fn panics() -> gen::Result<u32> {
    yield_!(gen::moment())?;
    panic!("in the future");
}

/// A promise that follows a future is set to its result, in place if the result is ready. A failure
/// then counts as read by the promise.
#[test]
fn chain_future_is_follow() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (promise, future) = gen::promise();
        promise.follow(done(1));
        assert_eq!(future.result().expect("in place")?, 1);

        let (first, source) = gen::promise::<u32>();
        let (promise, future) = gen::promise();
        promise.follow(source);
        first.fail(Fault("passed on"))?;
        assert_eq!(yield_!(future).unwrap_err().downcast_ref(), Some(&Fault("passed on")));

        let (promise, future) = gen::promise::<u32>();
        promise.follow(panics());
        assert!(yield_!(future).unwrap_err().is::<Panicked>());
        Ok(())
    }
    run(body()).unwrap();
}

/// Without a running loop a promise cannot follow, and its readers get an error. A promise that was
/// set before keeps its value, and the mistake is logged.
#[test]
fn chain_future_where_it_cannot_be() {
    needs!(LocalTasks);
    let (promise, future) = gen::promise::<u32>();
    promise.follow(done(1));
    assert!(future.result().unwrap().unwrap_err().is::<gen::NoHost>());

    let (value, lines) = run_logged(async {
        let (promise, future) = gen::promise();
        promise.set(1)?;
        promise.follow(done(2));
        future.await
    });
    assert_eq!(value.unwrap(), 1);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("the promise of a `u32` was set before"), "{lines:?}");
}

/// Waits for a future, and records it.
#[gen::coroutine]
fn reads(name: &'static str, future: SharedFuture<u32>, order: Order) -> gen::Result {
    let result = yield_!(future);
    order.push(format_args!("{name}{} ", result.unwrap_or_default()));
    Ok(())
}

/// A waiting body is never resumed inside of the set, but in a later turn. Several bodies are
/// resumed in the order in which they began to wait.
#[test]
fn rule_3_waiters_resume_in_order_in_a_later_turn() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let (promise, future) = gen::promise();
        let readers = ["a", "b", "c"].map(|name| spawn(reads(name, future.clone(), order.clone())));
        let set = order.clone();
        soon(move || {
            set.push("set ");
            promise.set(7)?;
            set.push("is set ");
            Ok::<(), AlreadySetError>(())
        });
        soon(order.note("same turn "));
        yield_!(readers).map(drop)
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "set is set same turn a7 b7 c7 ");
}

/// A reader keeps its position however often it is polled, and a reader that leaves does not change
/// the positions of others.
#[test]
fn rule_3_a_waiter_keeps_its_place() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn impatient(name: &'static str, future: SharedFuture<u32>, order: Order) -> gen::Result {
        let mut future = future;
        while yield_!(gen::with_timeout(seconds(1), &mut future)).is_err() {}
        order.push(name);
        Ok(())
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let (promise, future) = gen::promise();
        let leaves = gen::with_timeout(seconds(1), future.clone());
        let leaves = spawn(async move { gen::multi(vec![leaves]).settle().join().await });
        let readers = ["a", "b"].map(|name| spawn(impatient(name, future.clone(), order.clone())));
        yield_!(gen::sleep(seconds(5)))?;
        let last = spawn(impatient("c", future, order.clone()));
        yield_!(gen::sleep(seconds(5) / 2))?;
        promise.set(7)?;
        yield_!((readers, last))?;
        yield_!(leaves).map(drop)
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "abc");
}

/// A result may be read many times. In Tornado all readers share it, and here each gets a clone.
#[test]
fn rule_8_a_result_is_read_many_times() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        let (promise, mut future) = gen::promise();
        let value = Rc::new(7);
        promise.set(value.clone())?;
        let read = [yield_!(&mut future)?, yield_!(&mut future)?, yield_!(future.clone())?, yield_!(future)?];
        Ok(read.iter().all(|read| Rc::ptr_eq(read, &value)))
    }
    assert!(run(body()).unwrap());
}

/// If a list waits twice for one failure, it is raised, and the second is not logged as a failure
/// of its own.
#[test]
fn rule_17_a_future_twice_in_a_list_fails_once() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        let (promise, future) = gen::promise();
        let (second, other) = gen::promise();
        promise.fail(Fault("once"))?;
        second.fail(Fault("another"))?;
        yield_!(vec![future.clone(), future, other.clone(), other])
    }
    let (result, lines) = run_logged(body());
    let error = result.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Fault("once")));
    assert_eq!(error.others().len(), 3);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("ERROR gen: multiple errors in a parallel yield: [2]: another"),
        "{lines:?}"
    );
}

const UNREAD: &str = "ERROR gen: a promise failed, and its result was never read: late";
const AFTER_TIMEOUT: &str = "ERROR gen: a promise failed after the timeout that waited for it: late";

/// An error that interrupts a waiting body does not affect the future. A later value is ignored,
/// and a later failure is logged, because no code reads it.
#[test]
fn rule_36_an_abandoned_future_may_still_be_set() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        for value in [Ok(7), Err(Fault("late"))] {
            let (promise, future) = gen::promise::<u32>();
            soon(|| Err::<(), _>("thrown"));
            assert_eq!(yield_!(future).unwrap_err().to_string(), "thrown");
            promise.set_result(value)?;
        }
        Ok(())
    }
    let (result, lines) = logged(|| behaviour::run_in_context(body()));
    result.unwrap();
    assert_eq!(lines, [UNREAD]);
}

/// If a timeout has given up a future, the log says so when it fails.
#[test]
fn rule_50_a_late_failure_of_a_promise_is_logged() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (promise, future) = gen::promise::<u32>();
        assert!(yield_!(gen::with_timeout(seconds(1), future)).is_err());
        promise.fail(Fault("late"))?;
        Ok(())
    }
    let (result, lines) = run_logged(body());
    result.unwrap();
    assert_eq!(lines, [AFTER_TIMEOUT]);
}

/// It is not logged if it is quiet, if a value comes late, or if other code holds the future.
#[test]
fn rule_51_a_quiet_late_failure_of_a_promise_is_not_logged() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let (promise, future) = gen::promise::<u32>();
        assert!(yield_!(gen::with_timeout(seconds(1), future).quiet::<Fault>()).is_err());
        promise.fail(Fault("late"))?;
        let (promise, future) = gen::promise::<u32>();
        assert!(yield_!(gen::with_timeout(seconds(1), future)).is_err());
        promise.set(7)?;
        let (promise, future) = gen::promise::<u32>();
        assert!(yield_!(gen::with_timeout(seconds(1), future.clone())).is_err());
        promise.fail(Fault("late"))?;
        assert!(yield_!(future).is_err());
        Ok(())
    }
    run(body()).unwrap();
}

/// A second set is an error, and changes nothing. (Tornado overwrites the value *and* raises.)
#[test]
fn rule_58_a_promise_is_set_once() {
    let (promise, future) = gen::promise::<u32>();
    promise.set(1).unwrap();
    let error = promise.set(2).unwrap_err();
    assert_eq!(error.to_string(), "the promise of a `u32` was set before");
    assert!(promise.fail("a failure").is_err());
    assert!(promise.set_result("7".parse::<u32>()).is_err());
    drop(promise);
    assert_eq!(future.result().unwrap().unwrap(), 1);
}

/// Done callbacks run in order. An error of one goes to the coroutine that added it, and the others
/// run.
#[test]
fn rule_58_done_callbacks_run_in_order() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let (promise, future) = gen::promise::<u32>();
        for index in 0..3 {
            let order = order.clone();
            future.add_done_callback(move |result| {
                order.push(format_args!("{index}:{} ", result?));
                if index == 1 {
                    Err(gen::Error::new("1 failed"))
                } else {
                    Ok(())
                }
            });
        }
        promise.set(7)?;
        order.push("set ");
        order.push(yield_!(gen::sleep(seconds(1))).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    run_in_context(body(order.clone())).unwrap();
    assert_eq!(order.text(), "set 0:7 1:7 2:7 1 failed");
}

/// A callback that is added to a ready result also runs after the earlier ones, and never inside of
/// the call. (Tornado runs it inside.)
#[test]
fn rule_58_a_done_callback_of_a_done_future() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let (promise, future) = gen::promise::<u32>();
        let add = |name: &'static str| {
            let order = order.clone();
            future.add_done_callback(move |_| order.push(name));
        };
        add("before ");
        promise.set(7)?;
        add("behind ");
        order.push("added ");
        yield_!(gen::sleep(seconds(1)))?;
        add("late ");
        order.push("added ");
        yield_!(gen::sleep(seconds(1)))
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "added before behind added late ");
}

/// Without a running loop the callback cannot be called.
#[test]
fn rule_58_a_done_callback_without_a_loop() {
    let order = Order::new();
    let called = order.clone();
    let lines = loop_behaviour::logged(|| done(7).add_done_callback(move |_| called.push("called")));
    assert_eq!(order.text(), "");
    let text = "ERROR gen: `add_done_callback` was called where no task can stay on this thread: its callback is dropped";
    assert_eq!(lines, [text]);
}

/// A failed future that was never read is logged with its trace. It is not logged if a yield,
/// `result` or a callback has read it. A broken promise is not logged, because it is not a failure
/// of any task.
#[test]
fn rule_58_a_failure_that_nobody_looked_at_is_logged() {
    needs!(LocalTasks);
    fn failed() -> SharedFuture<u32> {
        let (promise, future) = gen::promise();
        promise.fail(Fault("late")).unwrap();
        future
    }
    #[gen::coroutine]
    fn unread() -> gen::Result {
        let future = failed();
        drop(future.clone());
        yield_!(gen::moment())?;
        drop(future);
        Ok(())
    }
    #[gen::coroutine]
    fn read() -> gen::Result {
        assert!(yield_!(failed()).is_err());
        assert!(failed().result().unwrap().is_err());
        failed().add_done_callback(|result| assert!(result.is_err()));
        drop(gen::promise::<u32>());
        let (promise, future): (Promise<u32>, _) = gen::promise();
        drop(promise);
        drop(future);
        yield_!(gen::sleep(seconds(1)))
    }
    #[gen::coroutine]
    fn fetches() -> gen::Result<u32> {
        yield_!(after_turns(1, Err(Fault("late"))))
    }
    #[gen::coroutine]
    fn follows() -> gen::Result {
        let (promise, future) = gen::promise();
        promise.follow(fetches());
        drop(future);
        yield_!(gen::sleep(seconds(1)))
    }
    run(read()).unwrap();
    let (result, lines) = run_logged(unread());
    result.unwrap();
    assert_eq!(lines, [UNREAD], "it has passed no yield");
    let (result, lines) = run_logged(follows());
    result.unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with(&format!("{UNREAD}\nat {}:", file!())), "{lines:?}");
    assert!(lines[0].ends_with(" in fetches"), "{lines:?}");
}

/// The trace of a failure that one coroutine passed on is kept for the next.
#[test]
fn rule_59_each_reader_has_its_own_trace() {
    #[gen::coroutine]
    fn reads(future: SharedFuture<u32>) -> gen::Result<u32> {
        yield_!(future)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<usize>> {
        let (promise, future) = gen::promise();
        promise.fail(Fault("shared"))?;
        let deep = yield_!(reads(future.clone())).unwrap_err();
        let direct = yield_!(future).unwrap_err();
        let same = |error: &gen::Error| std::ptr::from_ref(error.downcast_ref::<Fault>().expect("it is one"));
        assert_eq!(same(&deep), same(&direct));
        Ok(vec![deep.trace().len(), direct.trace().len()])
    }
    assert_eq!(run(body()).unwrap(), [2, 1]);
}
