//! Rules 5-7, 26 and 28-30, and the life of a callable: called twice, never, too late, or from
//! another thread.

use std::sync::{mpsc, Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::{fails_in_a_callback, run, run_in_context, soon};
use behaviour::{needs, seconds, spawn, Order};
use gen::{yield_, Callable, Callback, CallbackDroppedError, UnknownKeyError, Wait};
use loop_behaviour::Drops;

/// A point that is ready never costs a turn. (In Tornado the first one of a run always does.)
#[test]
fn rule_5_a_ready_point_goes_on_at_once() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        soon(order.note("turn"));
        yield_!(Callback::<()>::new("k"))?.call(());
        order.push("a");
        yield_!(Wait::<()>::new("k"))?;
        order.push("b ");
        yield_!(gen::moment())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "ab turn");
}

/// The body never runs inside the call of its callable, but in a turn of the loop. (In Tornado it
/// runs inside the call.)
#[test]
fn rule_6_the_body_does_not_run_inside_the_call() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        let calls = order.clone();
        soon(move || {
            calls.push("[");
            callable.call(());
            calls.push("]");
        });
        yield_!(Wait::<()>::new("k"))?;
        order.push("resumed");
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "[]resumed");

    // A later error of the body is its own result. The call does not see it.
    #[gen::coroutine]
    fn fails() -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        soon(move || callable.call(()));
        yield_!(Wait::<()>::new("k"))?;
        Err(gen::Error::new("its own"))
    }
    assert_eq!(run(fails()).unwrap_err().to_string(), "its own");
}

/// Neither a call nor a thrown error leaves behind a wake-up that would give its coroutine more
/// turns than others. (In Tornado it does.)
#[test]
fn rule_7_no_wake_up_is_left_over() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let callable = yield_!(Callback::<()>::new("k"))?;
        for part in ["called ", " thrown "] {
            let callable = callable.clone();
            order.push(part);
            if part == "called " {
                soon(move || callable.call(()));
                yield_!(Wait::<()>::new("k"))?;
            } else {
                fails_in_a_callback("thrown");
                yield_!(std::future::pending::<()>()).unwrap_err();
            }
            for turn in ["|", "|", "|"] {
                soon(order.note(turn));
                order.push("f");
                yield_!(gen::moment())?;
            }
        }
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "called f|f|f| thrown f|f|f|");
}

/// A second call replaces the value of the first, as long as that was not taken. Later a call does
/// nothing, also if the key is registered again. (In Tornado a late call stores a value that the
/// next use of the key takes for its own.)
#[test]
fn rule_26_a_callable_belongs_to_one_registration() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u8>> {
        let first = yield_!(Callback::<u8>::new("k"))?;
        first.call(1);
        first.call(2);
        let mut values = vec![yield_!(Wait::<u8>::new("k"))?];
        first.call(3);
        let second = yield_!(Callback::<u8>::new("k"))?;
        first.call(4);
        drop(first);
        second.call(5);
        values.push(yield_!(Wait::<u8>::new("k"))?);
        Ok(values)
    }
    assert_eq!(run(body()).unwrap(), [2, 5]);
}

/// A value that is replaced, or that comes too late, is dropped at once.
#[test]
fn rule_26_what_is_not_taken_is_dropped() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Value(Arc<AtomicUsize>);
    impl Drop for Value {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    #[gen::coroutine]
    fn body(dropped: Arc<AtomicUsize>) -> gen::Result<Callable<Value>> {
        let count = || dropped.load(Ordering::Relaxed);
        let callable = yield_!(Callback::<Value>::new("k"))?;
        callable.call(Value(dropped.clone()));
        callable.call(Value(dropped.clone()));
        assert_eq!(count(), 1, "the first was replaced");
        drop(yield_!(Wait::<Value>::new("k"))?);
        assert_eq!(count(), 2, "the second was taken");
        callable.call(Value(dropped.clone()));
        assert_eq!(count(), 3, "the third was too late");
        Ok(callable)
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let callable = run(body(dropped.clone())).unwrap();
    callable.call(Value(dropped.clone()));
    assert_eq!(dropped.load(Ordering::Relaxed), 4);
}

/// A call while the body waits for another future only stores its value.
#[test]
fn rule_28_a_call_while_something_else_is_waited_for_only_stores() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<u8> {
        let (callable, other) = yield_!((Callback::<u8>::new("k"), Callback::<u8>::new("other")))?;
        let calls = order.clone();
        soon(move || {
            callable.call(1);
            calls.push("called ");
            soon(move || other.call(2));
        });
        let first = yield_!(Wait::<u8>::new("other"))?;
        order.push("other ");
        yield_!(gen::sleep(seconds(1)))?;
        let second = yield_!(Wait::<u8>::new("k"))?;
        order.push("k");
        Ok(10 * first + second)
    }
    let order = Order::new();
    assert_eq!(run(body(order.clone())).unwrap(), 21);
    assert_eq!(order.text(), "called other k");
}

/// A callable does nothing if its run was interrupted by a thrown error and has ended. (In Tornado
/// its caller gets a `TypeError`.)
#[test]
fn rule_29_a_call_after_the_run_has_ended_does_nothing() {
    #[gen::coroutine]
    fn body(kept: Arc<Mutex<Option<Callable<u8>>>>) -> gen::Result {
        *kept.lock().unwrap() = Some(yield_!(Callback::<u8>::new("k"))?);
        fails_in_a_callback("thrown");
        yield_!(Wait::<u8>::new("k")).map(drop)
    }
    let kept = Arc::default();
    assert_eq!(run_in_context(body(Arc::clone(&kept))).unwrap_err().to_string(), "thrown");
    kept.lock().unwrap().take().expect("the body ran").call(1);
}

/// An error has interrupted the wait of a run, which now waits for another future. The old callable
/// does not resume it there, and its value is kept. (In Tornado the call resolves the other
/// future.)
#[test]
fn rule_30_a_call_does_not_resolve_what_is_waited_for_instead() {
    #[gen::coroutine]
    fn body() -> gen::Result<(&'static str, u8)> {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        fails_in_a_callback("thrown");
        assert_eq!(yield_!(Wait::<u8>::new("k")).unwrap_err().to_string(), "thrown");
        let other = gen::from_callback(|done| {
            soon(move || {
                callable.call(1);
                soon(move || done.call("its own"));
            });
        });
        let other = yield_!(other)?;
        Ok((other, yield_!(Wait::<u8>::new("k"))?))
    }
    assert_eq!(run_in_context(body()).unwrap(), ("its own", 1));
}

/// If the last clone of a callable is dropped, the wait for it fails. (Tornado waits for ever.)
#[test]
fn never_called() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let before = yield_!(Callback::<u8>::new("dropped before"))?;
        drop(before);
        let error = yield_!(Wait::<u8>::new("dropped before")).unwrap_err();
        let text = format!("the callback of the key \"dropped before\", registered at {}:", file!());
        assert!(error.is::<CallbackDroppedError>() && error.to_string().starts_with(&text), "{error}");

        let meanwhile = yield_!(Callback::<u8>::new("dropped meanwhile"))?;
        let clone = meanwhile.clone();
        drop(meanwhile);
        soon(move || drop(clone));
        let error = yield_!(Wait::<u8>::new("dropped meanwhile")).unwrap_err();
        assert_eq!(
            error.downcast_ref::<CallbackDroppedError>().and_then(CallbackDroppedError::key),
            Some("\"dropped meanwhile\"")
        );
        // It is no longer pending, so it does not leak either.
        assert!(yield_!(Wait::<u8>::new("dropped meanwhile")).unwrap_err().is::<UnknownKeyError>());
        Ok(())
    }
    run(body()).unwrap();
}

/// A callable may be dropped by its caller after the call.
#[test]
fn called_and_dropped_before_the_wait() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        yield_!(Callback::<u8>::new("k"))?.call(7);
        yield_!(Wait::<u8>::new("k"))
    }
    assert_eq!(run(body()).unwrap(), 7);
}

/// A call from another thread wakes the executor. Many threads may call clones.
#[test]
fn called_from_other_threads() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        let mut sum = 0;
        for round in 0..20_u32 {
            let callable = yield_!(Callback::<u32>::new("k"))?;
            let threads = [1, 1].map(|value| {
                let callable = callable.clone();
                thread::spawn(move || callable.call(value))
            });
            sum += yield_!(Wait::<u32>::new("k"))? + round;
            for thread in threads {
                thread.join().expect("a call does not panic");
            }
        }
        Ok(sum)
    }
    assert_eq!(run(body()).unwrap(), 20 + 190);
}

/// A call after the executor is gone, with a coroutine still suspended in it, does nothing. It
/// neither panics nor hangs, and drops its value on the calling thread.
#[test]
fn called_after_its_executor_is_gone() {
    needs!(EndDropsTasks);
    struct Value(mpsc::Sender<thread::ThreadId>);
    impl Drop for Value {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).expect("the test takes it");
        }
    }
    #[gen::coroutine]
    fn body(give: mpsc::Sender<Callable<Value>>) -> gen::Result {
        let callable = yield_!(Callback::<Value>::new("k"))?;
        // The other thread waits for it, so the receiver still exists.
        give.send(callable).expect("the test takes it");
        yield_!(Wait::<Value>::new("k"))?;
        panic!("nobody is there to be resumed");
    }
    let (give, take) = mpsc::channel();
    run(async {
        drop(spawn(body(give)));
        gen::moment().await
    })
    .unwrap();
    let callable = take.recv().expect("the body gave it");
    let (dropped, drops) = mpsc::channel();
    let caller = thread::spawn(move || {
        callable.call(Value(dropped));
        thread::current().id()
    });
    assert_eq!(caller.join().expect("a call does not panic"), drops.recv().expect("it is dropped"));
}

/// A wait that is dropped loses nothing. The value stays for the next wait.
#[test]
fn a_wait_that_is_dropped_leaves_the_value() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        for _ in 0..3 {
            let wait = gen::with_timeout(Duration::ZERO, Wait::<u8>::new("k"));
            assert!(yield_!(wait).unwrap_err().is::<gen::TimeoutError>());
        }
        callable.call(9);
        yield_!(Wait::<u8>::new("k"))
    }
    assert_eq!(run(body()).unwrap(), 9);
}

/// A coroutine that yields points can run on any thread, and threads can share its callables.
#[test]
fn what_may_go_to_another_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    fn is_shared<T: Send + Sync + Clone + 'static>(_: &T) {}

    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let callable = yield_!(Callback::<std::cell::Cell<u8>>::new("k"))?;
        is_shared(&callable);
        callable.call(5.into());
        Ok(yield_!(Wait::<std::cell::Cell<u8>>::new("k"))?.get())
    }
    assert_eq!(run(is_send(body())).unwrap(), 5);
}

/// A callable that is kept keeps neither the values nor the coroutine alive.
#[test]
fn a_kept_callable_keeps_nothing_alive() {
    #[gen::coroutine]
    fn body(_local: behaviour::Guard) -> gen::Result<Callable<u8>> {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        callable.call(0);
        yield_!(Wait::<u8>::new("k"))?;
        Ok(callable)
    }
    let drops = Drops::new();
    let callable = run(body(drops.one())).unwrap();
    assert_eq!(drops.count(), 1);
    callable.call(1);
}
