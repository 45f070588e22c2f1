//! Error contexts: failures without a caller arrive at a yield.
use std::future::ready;

use behaviour::{in_seconds, needs, now, seconds, spawn, Order};
use gen::{yield_, Callback, IoLoop, Resolve, VirtualClock, Wait};
use loop_behaviour::logged;

use super::{fails_in_a_callback, here, later, run_timed, soon};

/// If an engine fails under a task, the error arrives at the task's yield, in the engine's first
/// step and later. Nothing is logged.
#[test]
fn rule_41_an_engine_that_fails_under_a_task_fails_the_task() {
    needs!(OneThread);
    #[gen::engine(send)]
    fn fails(_done: Resolve<()>, moments: u8) -> gen::Result {
        for _ in 0..moments {
            yield_!(gen::moment())?;
        }
        Err(gen::Error::new(format!("after {moments}")))
    }
    #[gen::coroutine]
    fn outer(moments: u8) -> gen::Result<String> {
        let error = yield_!(gen::from_callback(|done| fails(done, moments))).unwrap_err();
        yield_!(gen::sleep(seconds(10)))?;
        Ok(error.to_string())
    }
    for moments in 0..3 {
        assert_eq!(run_timed(outer(moments)), (Ok(format!("after {moments}")), in_seconds(10), vec![]));
    }
}

/// Of two nested contexts, the inner one gets the error first, and its body catches it. (In Tornado
/// the outer one belongs to a web handler.)
#[test]
fn yield_exception_handler() {
    #[gen::coroutine]
    fn inner(order: Order) -> gen::Result {
        fails_in_a_callback("e");
        if let Err(error) = yield_!(gen::sleep(seconds(10))) {
            order.push(format_args!("inner {error}"));
        }
        Ok(())
    }
    #[gen::coroutine]
    fn outer(order: Order) -> gen::Result {
        let task = spawn(inner(order.clone()));
        if let Err(error) = yield_!(task) {
            order.push(format_args!("outer {error}"));
        }
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(outer(order.clone())), (Ok(()), in_seconds(0), vec![]));
    assert_eq!(order.text(), "inner e");
}

/// The loop calls `callback=`, even if the body ends at once. A parent that yields a ready future
/// goes on before that.
#[test]
fn rule_13_done_callbacks_are_called_through_the_loop() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let inner = order.clone();
        gen::spawn(async { Ok::<_, gen::Error>(7) })
            .on_done(move |seven| inner.push(seven.expect("it is ready")));
        order.push("a");
        yield_!(ready(()))?;
        order.push("b");
        yield_!(gen::moment())?;
        order.push("c");
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(0), vec![]));
    assert_eq!(order.text(), "ab7c");
}

/// The callback of a task that ends later is called in the turn after its end, before that turn's
/// callbacks resume other bodies.
#[test]
fn rule_13_done_callbacks_are_called_in_the_turn_after_the_end() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn child(order: Order) -> gen::Result<u8> {
        yield_!(gen::moment())?;
        order.push("end ");
        soon(order.note("behind it "));
        Ok(7)
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let (called, same_turn) = (order.clone(), order.clone());
        spawn(child(order))
            .on_done(move |seven| called.push(format_args!("{} ", seven.expect("it ended well"))));
        soon(move || same_turn.push("same turn "));
        yield_!(gen::sleep(seconds(10)))
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(10), vec![]));
    assert_eq!(order.text(), "end same turn behind it 7 ");
}

/// On failure Tornado does not call the callback, and raises the error in the loop. Here the
/// callback gets the `Result`. If the callback returns the error, it goes to the context, once.
#[test]
fn rule_14_a_done_callback_hands_the_failure_on_to_the_context() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn body() -> gen::Result {
        gen::spawn(async { Err::<(), _>(gen::Error::new("failed")) }).on_done(|result| result);
        yield_!(gen::sleep(seconds(10)))
    }
    assert_eq!(run_timed(body()), (Err("failed".to_owned()), in_seconds(0), vec![]));
    // Without a surrounding coroutine it is logged.
    let log = logged(|| {
        let io_loop = IoLoop::new();
        io_loop.add_callback(|| {
            gen::spawn(async { Err::<(), _>(gen::Error::new("failed")) }).on_done(|result| result);
        });
        io_loop.run_sync(async { gen::moment().await }).unwrap();
        io_loop.run_sync(async { gen::moment().await }).unwrap();
    });
    assert_eq!(log, ["ERROR gen: a callback failed: failed"]);
}

/// If a callback or a timer fails while the coroutine is suspended, the error is raised at the
/// current yield, and the body may yield again. In Tornado a coroutine accepts such errors from its
/// first YieldPoint on, here from its start.
#[test]
fn rule_33_callbacks_and_timers_are_thrown_at_the_current_yield() {
    #[gen::coroutine]
    fn fails_in(time: u64) -> gen::Result {
        later(seconds(time), move || Err::<(), _>(format!("t{time}")));
        yield_!(gen::moment())
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<u8> {
        fails_in_a_callback("c");
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        yield_!(fails_in(1))?;
        order.push(yield_!(vec![gen::sleep(seconds(10)), gen::sleep(seconds(10))]).unwrap_err());
        yield_!(fails_in(2))?;
        order.push(yield_!(gen::with_timeout(seconds(10), gen::sleep(seconds(10)))).unwrap_err());
        yield_!(fails_in(3))?;
        let task = spawn(async { gen::sleep(seconds(10)).await });
        order.push(yield_!((task, async { 1 })).unwrap_err());
        later(seconds(4), || Err::<(), _>("t4"));
        order.push(yield_!(nested()).unwrap_err());
        let callable = yield_!(Callback::<u8>::new("k"))?;
        fails_in_a_callback("p");
        order.push(yield_!(Wait::<u8>::new("k")).unwrap_err());
        callable.call(42);
        yield_!(Wait::<u8>::new("k"))
    }
    #[gen::coroutine]
    fn nested() -> gen::Result {
        yield_!(innermost())
    }
    #[gen::coroutine]
    fn innermost() -> gen::Result {
        yield_!(gen::sleep(seconds(10))).map_err(|error| gen::Error::new(format!("({error})")))
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(42), in_seconds(10), vec![]));
    assert_eq!(order.text(), "ct1t2t3(t4)p");
}

/// The same for a callback at a point in time.
#[test]
fn rule_33_a_callback_at_a_point_in_time_is_thrown_too() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        here().call_at(now() + seconds(4), || Err::<(), _>("t4"));
        Ok(yield_!(gen::sleep(seconds(10))).unwrap_err().to_string())
    }
    assert_eq!(run_timed(body()), (Ok("t4".to_owned()), in_seconds(4), vec![]));
}

/// A body that is executing, or has ended, accepts no error. The next outer coroutine gets it, and
/// at last the log.
#[test]
fn rule_34_an_executing_or_finished_body_takes_nothing() {
    #[gen::coroutine]
    fn calls_its_own_callback() -> gen::Result {
        let mut callback = gen::context::wrap(Err::<(), &str>);
        yield_!(gen::moment())?;
        callback("executing");
        yield_!(gen::sleep(seconds(10)))
    }
    #[gen::coroutine]
    fn ends_first() -> gen::Result {
        later(seconds(1), || Err::<(), _>("finished"));
        Ok(())
    }
    #[gen::coroutine]
    fn outer(order: Order) -> gen::Result {
        let task = spawn(calls_its_own_callback());
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        drop(spawn(ends_first()));
        order.push(" ");
        order.push(yield_!(task).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(outer(order.clone())), (Ok(()), in_seconds(1), vec![]));
    assert_eq!(order.text(), "executing finished");

    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let log = logged(|| {
        io_loop.run_sync(ends_first()).unwrap();
        io_loop.run_sync(async { gen::sleep(seconds(10)).await }).unwrap();
    });
    assert_eq!(log, ["ERROR gen: a timer's callback failed: finished"]);
}

/// Of two errors, the first arrives at this yield, and the second at the next one.
#[test]
fn rule_35_the_second_error_arrives_at_the_next_yield() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        for text in ["1", "2", "3"] {
            fails_in_a_callback(text);
        }
        for _ in 0..3 {
            order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        }
        yield_!(gen::sleep(seconds(10)))
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(10), vec![]));
    assert_eq!(order.text(), "123");
}

/// An error that is left when the body ends is not lost.
#[test]
fn rule_35_the_errors_that_a_body_did_not_take_go_outward() {
    needs!(OneThread);
    #[gen::coroutine]
    fn takes_one() -> gen::Result {
        fails_in_a_callback("1");
        fails_in_a_callback("2");
        yield_!(gen::sleep(seconds(10)))
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<String> {
        let task = spawn(takes_one());
        let thrown = yield_!(gen::sleep(seconds(10))).unwrap_err();
        Ok(format!("{} {}", thrown, yield_!(task).unwrap_err()))
    }
    assert_eq!(run_timed(outer()), (Ok("2 1".to_owned()), in_seconds(0), vec![]));
    let (result, _, log) = run_timed(takes_one());
    assert_eq!((result, log), (Err("1".to_owned()), vec!["ERROR gen: a callback failed: 2".to_owned()]));
}

/// A task goes on after an error has interrupted the coroutine that waited for it. Its later result
/// is ignored, and its later failure is logged as unread.
#[test]
fn rule_36_an_abandoned_task_goes_on() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let task = |text: &'static str| {
            let order = order.clone();
            spawn(async move {
                gen::sleep(seconds(1)).await?;
                order.push(text);
                Err::<(), _>(gen::Error::new(text))
            })
        };
        fails_in_a_callback("thrown ");
        order.push(yield_!(task("late")).unwrap_err());
        yield_!(gen::sleep(seconds(10)))
    }
    let order = Order::new();
    let log = vec!["ERROR gen: a task failed, and its result was never read: late".to_owned()];
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(10), log));
    assert_eq!(order.text(), "thrown late");
}

/// An abandoned task can be ended. (Tornado cannot cancel a coroutine.) It is resumed at its yield,
/// and cleans up.
#[test]
fn rule_36_an_abandoned_task_may_be_cancelled() {
    #[gen::coroutine]
    fn hot(order: Order) -> gen::Result {
        let error = yield_!(gen::sleep(seconds(10))).unwrap_err();
        order.push(error.is::<gen::Cancelled>());
        yield_!(gen::sleep(seconds(1)))?;
        order.push(" cleaned up");
        Err(error)
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let mut task = spawn(hot(order));
        fails_in_a_callback("thrown");
        yield_!(&mut task).unwrap_err();
        yield_!(task.cancel("abandoned"))?;
        assert!(yield_!(task).unwrap_err().is::<gen::Cancelled>());
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(1), vec![]));
    assert_eq!(order.text(), "true cleaned up");
}

/// A context is captured when a callback is scheduled, and is current while the callback runs. So
/// it also applies to callbacks that the callback schedules.
#[test]
fn rule_37_contexts_are_captured_at_scheduling_and_restored_when_the_callback_runs() {
    needs!(TheLoop);
    #[gen::coroutine]
    fn body(name: &'static str, order: Order) -> gen::Result {
        here().add_callback(move || {
            here().call_later(seconds(1), move || {
                here().add_future(async {}, move |()| Err::<(), _>(name));
            });
        });
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        Ok(())
    }
    #[gen::coroutine]
    fn both(order: Order) -> gen::Result {
        let tasks = [body("a", order.clone()), body("b", order)].map(spawn);
        yield_!(tasks)?;
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(both(order.clone())), (Ok(()), in_seconds(1), vec![]));
    assert_eq!(order.text(), "ab");
}

/// A task has a context of its own. An error before its end fails the task. A later error goes to
/// the outer coroutine.
#[test]
fn rule_38_a_task_has_its_own_context() {
    #[gen::coroutine]
    fn task(order: Order) -> gen::Result {
        fails_in_a_callback("before");
        later(seconds(1), || Err::<(), _>("after"));
        order.push("first step, ");
        yield_!(gen::sleep(seconds(10)))
    }
    #[gen::coroutine]
    fn outer(order: Order) -> gen::Result {
        let task = spawn(task(order.clone()));
        order.push(yield_!(task).unwrap_err());
        order.push(", ");
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(outer(order.clone())), (Ok(()), in_seconds(1), vec![]));
    assert_eq!(order.text(), "first step, before, after");
}

/// An error before the call of the task's callback fails the task's future, whatever the coroutine
/// waits for meanwhile. A later call of the callback is ignored. The second of two errors goes to
/// the outer coroutine.
#[test]
fn rule_38_an_error_before_the_callback_fails_the_task() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let task = gen::from_callback(|done| {
            fails_in_a_callback("first, ");
            fails_in_a_callback("second, ");
            soon(move || done.call(()));
        });
        yield_!(gen::moment())?;
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        order.push(yield_!(task).unwrap_err());
        yield_!(gen::moment())
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(0), vec![]));
    assert_eq!(order.text(), "second, first, ");
}

/// An error after the task's end, or one that was not read, goes to the outer coroutine.
#[test]
fn rule_38_an_error_after_the_end_of_a_task_goes_outward() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let task = gen::from_callback(|done| {
            soon(move || done.call("called, "));
            fails_in_a_callback("late, ");
        });
        order.push(yield_!(task)?);
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        let mut kept = None;
        let task = gen::from_callback(|done: Resolve<()>| {
            kept = Some(done);
            fails_in_a_callback("unread");
        });
        yield_!(gen::sleep(seconds(10)))?;
        soon(move || drop(task));
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(10), vec![]));
    assert_eq!(order.text(), "called, late, unread");
}

/// Done callbacks of futures run in order, and an error in one does not stop the others. Tornado
/// logs it, and here it goes to the context.
#[test]
fn rule_58_an_error_of_a_done_callback_does_not_stop_the_others() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        for i in 0..3 {
            let order = order.clone();
            gen::spawn(async { Ok::<_, gen::Error>(()) }).on_done(move |_| {
                order.push(i);
                if i == 1 {
                    Err("1 failed")
                } else {
                    Ok(())
                }
            });
        }
        order.push(yield_!(gen::sleep(seconds(10))).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    assert_eq!(run_timed(body(order.clone())), (Ok(()), in_seconds(0), vec![]));
    assert_eq!(order.text(), "0121 failed");
}
