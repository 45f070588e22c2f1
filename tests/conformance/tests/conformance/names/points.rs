//! YieldPoints, callbacks by key, and tasks.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Arc, Mutex};

use behaviour::{needs, Order};
use gen::{
    yield_, Arguments, Callable, Callback, CallbackDroppedError, Resolve, Runner, UnknownKeyError, Wait,
    WaitAll, YieldFuture, YieldPoint,
};

use crate::{after_turns, run, soon, Fault};

/// A point that a user implements. It is started once, polled for each value, and its result is
/// taken once.
#[test]
fn yield_point() {
    needs!(OrderOfTasks);
    struct Both(Order);
    impl YieldPoint for Both {
        type Output = u8;
        fn start(&mut self, _: &Runner) -> gen::Result {
            self.0.push("start ");
            Ok(())
        }
        fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
            self.0.push("ready? ");
            Ok(runner.is_ready(&1)? && runner.is_ready(&2)?)
        }
        fn get_result(&mut self, runner: &Runner) -> gen::Result<u8> {
            self.0.push("result");
            Ok(runner.pop_result::<u8>(&1)? + runner.pop_result::<u8>(&2)?)
        }
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<u8> {
        let [one, two] = yield_!([1, 2].map(Callback::<u8>::new))?;
        soon(move || {
            one.call(20);
            soon(move || two.call(20));
        });
        yield_!(Both(order))
    }
    let order = Order::new();
    assert_eq!(run(body(order.clone())).unwrap(), 40);
    assert_eq!(order.text(), "start ready? ready? ready? result");
}

/// Always ready, with a key of any type. Its result stores its argument. If the callable is
/// dropped, the waiter gets an error.
#[test]
fn callback() {
    needs!(OneThread);
    #[derive(Debug, PartialEq, Eq, Hash)]
    enum Mine {
        Key(Vec<u8>),
    }
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<&'static str> {
        soon(order.note("a turn"));
        let callable: Callable<&str> = yield_!(Callback::<&str>::new(Mine::Key(vec![1])))?;
        drop(yield_!(Callback::<u8>::new(()))?);
        assert_eq!(order.text(), "");
        assert!(yield_!(Wait::<u8>::new(())).unwrap_err().is::<CallbackDroppedError>());
        soon(move || callable.call("stored"));
        yield_!(Wait::<&str>::new(Mine::Key(vec![1])))
    }
    assert_eq!(run(body(Order::new())).unwrap(), "stored");
}

/// Ready when its key has a result. It takes the result and the key.
#[test]
fn wait() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<bool> {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        let called = order.clone();
        soon(move || {
            called.push("called ");
            callable.call(1);
        });
        order.push(yield_!(Wait::<u8>::new("k"))?);
        let again = yield_!(Wait::<u8>::new("k")).unwrap_err();
        Ok(again.is::<UnknownKeyError>())
    }
    let order = Order::new();
    assert!(run(body(order.clone())).unwrap());
    assert_eq!(order.text(), "called 1");
}

/// Ready when every key has a result. The values have the order of the keys. Without keys it is
/// ready at once.
#[test]
fn wait_all() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<Vec<u8>> {
        soon(order.note("a turn"));
        assert_eq!(yield_!(WaitAll::<u8>::new::<&str>([]))?, []);
        assert_eq!(order.text(), "");
        let (a, b) = yield_!((Callback::<u8>::new("a"), Callback::<u8>::new("b")))?;
        soon(move || {
            b.call(2);
            soon(move || a.call(1));
        });
        yield_!(WaitAll::<u8>::new(["a", "b"]))
    }
    assert_eq!(run(body(Order::new())).unwrap(), [1, 2]);
}

/// The function is called at once. The first call of the callback is the result, unless the
/// function or a callback that it has scheduled fails before.
#[test]
fn task() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<u8> {
        let called = gen::from_callback(|done| {
            order.push("called");
            soon(move || {
                done.call(1);
                done.call(2);
            });
            Ok::<_, Fault>(())
        });
        assert_eq!(order.text(), "called");
        let at_once = gen::from_callback(|_: Resolve<u8>| Err::<(), _>(Fault("at once")));
        let later = gen::from_callback(|done: Resolve<u8>| {
            soon(move || {
                let _never_called = done;
                Err::<(), _>(Fault("later"))
            });
        });
        for (failing, text) in [(at_once, "at once"), (later, "later")] {
            assert_eq!(yield_!(failing).unwrap_err().downcast_ref(), Some(&Fault(text)));
        }
        yield_!(called)
    }
    assert_eq!(run(body(Order::new())).unwrap(), 1);
}

/// The arguments of a callback, by position and by name. It is equal to the plain pair.
#[test]
fn arguments() {
    let arguments = Arguments::new([1, 2], [("name", 3)]);
    assert_eq!((&arguments.args[..], arguments.kwargs["name"]), (&[1, 2][..], 3));
    assert_eq!(arguments, (vec![1, 2], BTreeMap::from([("name".to_owned(), 3)])));
    assert_ne!(arguments, Arguments::new([1, 2], [("name", 4)]));
}

/// If the future is ready, the body goes on in place, and otherwise through the loop. Its error
/// arrives at the yield.
#[test]
fn yield_future() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result<bool> {
        soon(order.note("turn "));
        order.push(yield_!(YieldFuture::new(ready(1)))?);
        order.push(" ");
        yield_!(YieldFuture::new(gen::moment()))?;
        order.push("2");
        let failing = YieldFuture::new(after_turns(1, Err(Fault("its own"))));
        Ok(yield_!(failing).unwrap_err().is::<Fault>())
    }
    let order = Order::new();
    assert!(run(body(order.clone())).unwrap());
    assert_eq!(order.text(), "1 turn 2");
}

/// A user's points have all the abilities of the library's points.
#[test]
fn runner() {
    needs!(OneThread);
    /// Registers its key. A callable or `set_result` resolves it, and errors can be thrown at it.
    struct Own(Arc<Mutex<Option<Runner>>>);
    impl YieldPoint for Own {
        type Output = (u8, u8);
        fn start(&mut self, runner: &Runner) -> gen::Result {
            runner.register_callback::<u8>("by callable")?;
            runner.register_callback::<u8>("by runner")?;
            *self.0.lock().unwrap() = Some(runner.clone());
            let callable = runner.result_callback::<u8>(&"by callable")?;
            soon(move || callable.call(1));
            Ok(())
        }
        fn is_ready(&mut self, runner: &Runner) -> gen::Result<bool> {
            if !runner.is_ready(&"by callable")? {
                return Ok(false);
            }
            runner.set_result(&"by runner", 2_u8)?;
            runner.is_ready(&"by runner")
        }
        fn get_result(&mut self, runner: &Runner) -> gen::Result<(u8, u8)> {
            Ok((runner.pop_result(&"by callable")?, runner.pop_result(&"by runner")?))
        }
    }
    struct Never(Arc<Mutex<Option<Runner>>>);
    impl YieldPoint for Never {
        type Output = ();
        fn start(&mut self, runner: &Runner) -> gen::Result {
            *self.0.lock().unwrap() = Some(runner.clone());
            Ok(())
        }
        fn is_ready(&mut self, _: &Runner) -> gen::Result<bool> {
            Ok(false)
        }
        fn get_result(&mut self, _: &Runner) -> gen::Result {
            unreachable!("it is never ready")
        }
    }
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, u8)> {
        let kept = Arc::new(Mutex::new(None));
        let values = yield_!(Own(Arc::clone(&kept)))?;
        let throws = Arc::clone(&kept);
        soon(move || {
            let runner: Option<Runner> = throws.lock().unwrap().take();
            runner.expect("it was started").handle_exception(Fault("thrown").into())
        });
        let error = yield_!(Never(kept)).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Fault("thrown")));
        Ok(values)
    }
    assert_eq!(run(body()).unwrap(), (1, 2));
}
