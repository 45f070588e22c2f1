//! GenEngineTest, the tests of callbacks and waits.

use std::collections::BTreeMap;

use behaviour::{needs, Guard, Order};
use gen::{
    yield_, Callable, Callback, IoLoop, KeyReuseError, LeakedCallbackError, Resolve, UnknownKeyError,
    VirtualClock, Wait, WaitAll,
};
use loop_behaviour::Drops;

use super::{here, run, soon};

/// Makes the loop call a callable in its next turn.
fn in_the_loop<T: Send + 'static>(callable: Callable<T>, value: T) {
    soon(move || callable.call(value));
}

/// A callable may be called before the wait begins.
#[test]
fn inline_cb() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(Callback::<()>::new("k1"))?.call(());
        yield_!(Wait::<()>::new("k1"))
    }
    run(body()).unwrap();
}

/// The wait is resumed when the loop calls the callable.
#[test]
fn ioloop_cb() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        in_the_loop(yield_!(Callback::<()>::new("k1"))?, ());
        yield_!(Wait::<()>::new("k1"))
    }
    run(body()).unwrap();
}

/// The argument of the call is the value of the wait.
#[test]
fn with_arg() {
    #[gen::coroutine]
    fn body() -> gen::Result<i32> {
        yield_!(Callback::<i32>::new("k1"))?.call(42);
        yield_!(Wait::<i32>::new("k1"))
    }
    assert_eq!(run(body()).unwrap(), 42);
}

/// Keys and values may be tuples. A tuple is one value.
#[test]
fn with_arg_tuple() {
    #[gen::coroutine]
    fn body() -> gen::Result<(i32, i32)> {
        yield_!(Callback::<(i32, i32)>::new((1, 2)))?.call((3, 4));
        yield_!(Wait::<(i32, i32)>::new((1, 2)))
    }
    assert_eq!(run(body()).unwrap(), (3, 4));
}

/// The second registration of a key fails. The error is not hidden by the leak of the first.
#[test]
fn key_reuse() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _first = yield_!(Callback::<()>::new("k1"))?;
        yield_!(Callback::<()>::new("k1"))?;
        Ok(())
    }
    let registered = line!() - 4;
    let error = run(body()).unwrap_err();
    let reuse = error.downcast_ref::<KeyReuseError>().expect("a reuse");
    assert_eq!((reuse.key(), reuse.registered_at().line()), ("\"k1\"", registered));
    let text = format!("the key \"k1\" is already pending: it was registered at {}:{registered}:", file!());
    assert!(error.to_string().starts_with(&text), "{error}");
}

/// The same with a tuple, whose debug form is in the text.
#[test]
fn key_reuse_tuple() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _first = yield_!(Callback::<()>::new((1, "a")))?;
        yield_!(Callback::<()>::new((1, "a")))?;
        Ok(())
    }
    let error = run(body()).unwrap_err();
    assert_eq!(error.downcast_ref::<KeyReuseError>().map(KeyReuseError::key), Some("(1, \"a\")"));
}

/// A wait for a key that was not registered fails. The leak of the registered key does not hide the
/// error.
#[test]
fn key_mismatch() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _callable = yield_!(Callback::<()>::new("k1"))?;
        yield_!(Wait::<()>::new("k2"))
    }
    let error = run(body()).unwrap_err();
    assert!(error.is::<UnknownKeyError>());
    assert_eq!(error.to_string(), "the key \"k2\" is not pending");
}

/// The same with tuples.
#[test]
fn key_mismatch_tuple() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _callable = yield_!(Callback::<()>::new((1, 2)))?;
        yield_!(Wait::<()>::new((1, 3)))
    }
    assert_eq!(run(body()).unwrap_err().to_string(), "the key (1, 3) is not pending");
}

/// A key without a wait fails the coroutine. The error has the place of the registration. (Tornado
/// reports it to the error context.)
#[test]
fn leaked_callback() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(Callback::<()>::new("k1"))?;
        Ok(())
    }
    let registered = line!() - 3;
    let error = run(body()).unwrap_err();
    let leaked = &error.downcast_ref::<LeakedCallbackError>().expect("a leak").keys()[0];
    assert_eq!((leaked.key(), leaked.registered_at().line()), ("\"k1\"", registered));
    assert_eq!(error.to_string(), format!("the coroutine ended without waiting for its callbacks: {leaked}"));
}

/// A stop of the loop meanwhile does not hide the error. That of an engine goes to its caller.
#[test]
fn leaked_callback_of_an_engine_that_stops_the_loop() {
    needs!(TheLoop);
    #[gen::engine]
    fn engine(moments: u8) -> gen::Result {
        for _ in 0..moments {
            yield_!(gen::moment())?;
        }
        let _never_called = yield_!(Callback::<()>::new("k1"))?;
        here().stop();
        Ok(())
    }
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let errors = Order::new();
    let handled = errors.clone();
    io_loop.set_error_handler(move |error| handled.push(error.is::<LeakedCallbackError>()));
    io_loop.add_callback(|| engine(0));
    io_loop.start();
    io_loop.add_callback(|| engine(1));
    io_loop.start();
    assert_eq!(errors.text(), "truetrue");
}

/// The same with a tuple.
#[test]
fn leaked_callback_tuple() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(Callback::<()>::new(("k", 1)))?;
        Ok(())
    }
    let error = run(body()).unwrap_err();
    assert_eq!(error.downcast_ref::<LeakedCallbackError>().expect("a leak").keys()[0].key(), "(\"k\", 1)");
}

/// Waits may come in any order, and values are stored until then.
#[test]
fn parallel_callback() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u32>> {
        for key in 0..3_i32 {
            in_the_loop(yield_!(Callback::<u32>::new(key))?, key as u32);
        }
        let mut values = vec![yield_!(Wait::<u32>::new(1))?];
        in_the_loop(yield_!(Callback::<u32>::new(3))?, 3);
        for key in [0, 3, 2] {
            values.push(yield_!(Wait::<u32>::new(key))?);
        }
        Ok(values)
    }
    assert_eq!(run(body()).unwrap(), [1, 0, 3, 2]);
}

/// Keys belong to one call. The next call may use them again.
#[test]
fn reuse() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        in_the_loop(yield_!(Callback::<()>::new(0))?, ());
        yield_!(Wait::<()>::new(0))
    }
    run(body()).unwrap();
    run(body()).unwrap();
}

/// The values have the order of the keys.
#[test]
fn wait_all() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<&'static str>> {
        yield_!(Callback::<&str>::new("k1"))?.call("v1");
        yield_!(Callback::<&str>::new("k2"))?.call("v2");
        yield_!(WaitAll::<&str>::new(["k1", "k2"]))
    }
    assert_eq!(run(body()).unwrap(), ["v1", "v2"]);
}

/// The error of the very first yield arrives there, and can be caught.
#[test]
fn exception_in_yield() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        let error = yield_!(Wait::<()>::new("k1")).unwrap_err();
        Ok(error.is::<UnknownKeyError>())
    }
    assert!(run(body()).unwrap());
}

/// After it was caught, callbacks work as before.
#[test]
fn resume_after_exception_in_yield() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        yield_!(Wait::<()>::new("k1")).unwrap_err();
        yield_!(Callback::<u8>::new("k2"))?.call(2);
        yield_!(Wait::<u8>::new("k2"))
    }
    assert_eq!(run(body()).unwrap(), 2);
}

/// A callable does nothing after its coroutine has leaked it.
#[test]
fn orphaned_callback() {
    #[gen::coroutine]
    fn body(orphan: &mut Option<Callable<()>>) -> gen::Result {
        *orphan = Some(yield_!(Callback::<()>::new(1))?);
        Ok(())
    }
    let mut orphan = None;
    assert!(run(body(&mut orphan)).unwrap_err().is::<LeakedCallbackError>());
    orphan.expect("the body ran").call(());
}

/// A list of waits gives the values in the order of the list.
#[test]
fn multi() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<&'static str>> {
        yield_!(Callback::<&str>::new("k1"))?.call("v1");
        yield_!(Callback::<&str>::new("k2"))?.call("v2");
        yield_!(vec![Wait::<&str>::new("k1"), Wait::<&str>::new("k2")])
    }
    assert_eq!(run(body()).unwrap(), ["v1", "v2"]);
}

/// A map of waits gives a map of their values with the same keys.
#[test]
fn multi_dict() {
    #[gen::coroutine]
    fn body() -> gen::Result<BTreeMap<&'static str, u8>> {
        yield_!(Callback::<u8>::new("k1"))?.call(1);
        yield_!(Callback::<u8>::new("k2"))?.call(2);
        yield_!([("foo", Wait::<u8>::new("k1")), ("bar", Wait::<u8>::new("k2"))]
            .into_iter()
            .collect::<BTreeMap<_, _>>())
    }
    assert_eq!(run(body()).unwrap(), [("foo", 1), ("bar", 2)].into());
}

/// One callback comes after three turns, another after one turn, and the results have the order of
/// the list. The same through `gen::multi`.
#[test]
fn multi_yieldpoint_delayed() {
    #[gen::coroutine]
    fn body() -> gen::Result<[Vec<&'static str>; 2]> {
        let mut both = [Vec::new(), Vec::new()];
        for (round, values) in both.iter_mut().enumerate() {
            call_after(yield_!(Callback::<&str>::new("k1"))?, "v1", 3);
            call_after(yield_!(Callback::<&str>::new("k2"))?, "v2", 1);
            let waits = vec![Wait::<&str>::new("k1"), Wait::<&str>::new("k2")];
            *values = if round == 0 { yield_!(waits)? } else { yield_!(gen::multi(waits))? };
        }
        Ok(both)
    }
    assert_eq!(run(body()).unwrap(), [["v1", "v2"], ["v1", "v2"]]);
}

/// The same with a map, of waits and of tasks.
#[test]
fn multi_yieldpoint_dict_delayed() {
    #[gen::coroutine]
    fn body() -> gen::Result<[BTreeMap<&'static str, &'static str>; 2]> {
        call_after(yield_!(Callback::<&str>::new("k1"))?, "v1", 3);
        call_after(yield_!(Callback::<&str>::new("k2"))?, "v2", 1);
        let waits = BTreeMap::from([("foo", Wait::<&str>::new("k1")), ("bar", Wait::<&str>::new("k2"))]);
        let waited = yield_!(waits)?;
        let task =
            |value, turns| gen::from_callback(move |done| after_turns(move || done.call(value), turns));
        Ok([waited, yield_!(gen::multi(BTreeMap::from([("foo", task("v1", 3)), ("bar", task("v2", 1))])))?])
    }
    let expected = BTreeMap::from([("foo", "v1"), ("bar", "v2")]);
    assert_eq!(run(body()).unwrap(), [expected.clone(), expected]);
}

fn call_after(callable: Callable<&'static str>, value: &'static str, turns: u32) {
    after_turns(move || callable.call(value), turns);
}

/// Calls the function in the loop's turn of that number, from now on.
fn after_turns(call: impl FnOnce() + Send + 'static, turns: u32) {
    match turns {
        0 => call(),
        more => soon(move || after_turns(call, more - 1)),
    }
}

/// An empty list of waits and an empty map are ready at once, and keep their types.
#[test]
fn multi_empty() {
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<u8>, BTreeMap<u8, u8>)> {
        let list = yield_!(Vec::<Wait<u8, u8>>::new())?;
        let map = yield_!(BTreeMap::<u8, Wait<u8, u8>>::new())?;
        Ok((list, map))
    }
    assert_eq!(run(body()).unwrap(), Default::default());
}

/// Points and futures in one yield. The container is a tuple, since the elements of a list have one
/// type.
#[test]
fn multi_mixed_types() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, &'static str, Vec<u8>)> {
        yield_!(Callback::<u8>::new("k1"))?.call(1);
        yield_!(Callback::<u8>::new("k2"))?.call(2);
        let task = gen::from_callback(|done| soon(move || done.call("task")));
        yield_!((Wait::<u8>::new("k1"), task, vec![Wait::<u8>::new("k2")]))
    }
    assert_eq!(run(body()).unwrap(), (1, "task", vec![2]));
}

/// From GenWebTest: a key can be used again after a wait for it.
#[test]
fn sequence_handler() {
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        for part in ["1", "2", "3"] {
            in_the_loop(yield_!(Callback::<&str>::new("k1"))?, part);
            order.push(yield_!(Wait::<&str>::new("k1"))?);
        }
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "123");
}

/// A task, the argument of its function, and its value are freed when they are no longer needed,
/// even if the callback is still held.
#[test]
fn task_refcounting() {
    needs!(OneThread);
    #[gen::coroutine]
    fn body(drops: Drops) -> gen::Result<Resolve<Guard>> {
        let (argument, value) = (drops.one(), drops.one());
        let mut kept = None;
        let task = gen::from_callback(|done| {
            kept = Some(done.clone());
            soon(move || {
                let _held = argument;
                done.call(value);
            });
        });
        let value = yield_!(task)?;
        assert_eq!(drops.count(), 1, "the argument");
        drop(value);
        assert_eq!(drops.count(), 2, "the value");
        Ok(kept.expect("the function was called"))
    }
    let drops = Drops::new();
    let callback = run(body(drops.clone())).unwrap();
    callback.call(drops.one());
    assert_eq!(drops.count(), 3, "nothing keeps what comes too late");
}
