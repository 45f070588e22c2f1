//! The public names of `gen.py`, each with its main properties. The tests of Tornado and the rules
//! have the details.

mod points;
mod waits;

use std::collections::BTreeMap;
use std::future::{pending, ready, Future, Ready};

use behaviour::{needs, now, seconds, Order};
use gen::{
    yield_, BadYieldError, Callback, Coroutine, IoLoop, KeyReuseError, LeakedCallbackError, Return,
    TimeoutError, UnknownKeyError, VirtualClock, Wait, WaitAll,
};

use crate::{after_turns, run, run_logged, soon, Fault};

/// The error arrives at the yield of the second `Callback`, and may be caught there. The first one
/// stays pending.
#[test]
fn key_reuse_error() {
    #[gen::coroutine]
    fn body() -> gen::Result<(String, u8)> {
        let first = yield_!(Callback::<u8>::new("k"))?;
        let error = yield_!(Callback::<u8>::new("k")).unwrap_err();
        assert!(error.is::<KeyReuseError>());
        first.call(7);
        Ok((error.to_string(), yield_!(Wait::<u8>::new("k"))?))
    }
    let (text, seven) = run(body()).unwrap();
    assert!(text.starts_with("the key \"k\" is already pending"), "{text}");
    assert_eq!(seven, 7);
}

/// For a key that was never registered, and for one that was taken; from `Wait` and from `WaitAll`.
#[test]
fn unknown_key_error() {
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<String>> {
        yield_!(Callback::<u8>::new("consumed"))?.call(1);
        yield_!(Wait::<u8>::new("consumed"))?;
        let mut texts = Vec::new();
        for key in ["never", "consumed"] {
            let errors =
                [yield_!(Wait::<u8>::new(key)).map(drop), yield_!(WaitAll::<u8>::new([key])).map(drop)];
            for error in errors.map(Result::unwrap_err) {
                assert!(error.is::<UnknownKeyError>());
                texts.push(error.to_string());
            }
        }
        texts.dedup();
        Ok(texts)
    }
    let texts = ["the key \"never\" is not pending", "the key \"consumed\" is not pending"];
    assert_eq!(run(body()).unwrap(), texts);
}

/// The text has all keys.
#[test]
fn leaked_callback_error() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _first = yield_!(Callback::<u8>::new("first"))?;
        let _second = yield_!(Callback::<u8>::new(2))?;
        Ok(())
    }
    let error = run(body()).unwrap_err();
    assert!(error.is::<LeakedCallbackError>());
    let text = error.to_string();
    assert!(text.contains("\"first\" (registered at") && text.contains("2 (registered at"), "{text}");
}

/// For a value whose type is known only at run time. The error arrives at the yield, and names the
/// type.
#[test]
fn bad_yield_error() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let error = yield_!(gen::dynamic::Value::new(1.5_f32)).unwrap_err();
        assert!(error.is::<BadYieldError>());
        Ok(error.to_string())
    }
    let text = run(body()).unwrap();
    assert!(text.contains("`f32`"), "{text}");
}

/// One type for the timeout of a yield and for that of `run_sync`.
#[test]
fn timeout_error() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(gen::with_timeout(seconds(1), pending::<()>()))
    }
    let io_loop = IoLoop::with_clock(VirtualClock::new());
    let by_yield = run(body()).unwrap_err();
    let by_loop = io_loop.run_sync_timeout(seconds(1), pending::<gen::Result>()).unwrap_err();
    for error in [by_yield, by_loop] {
        assert_eq!(error.downcast_ref::<TimeoutError>().map(TimeoutError::after), Some(seconds(1)));
        assert_eq!(error.to_string(), "timeout after 1s");
    }
}

/// The caller gets no future. An argument named `callback` has no special meaning. Errors go to the
/// call or, later, to its context.
#[test]
fn engine() {
    needs!(LocalTasks);
    #[gen::engine]
    fn engine(moments: u8, callback: impl FnOnce() + 'static) -> Result<(), Fault> {
        for _ in 0..moments {
            let _ = yield_!(gen::moment());
        }
        callback();
        Err(Fault("raised"))
    }
    #[gen::coroutine]
    fn caller(order: Order) -> gen::Result {
        let at_once: gen::Result<()> = engine(0, order.note("called "));
        order.push(at_once.unwrap_err());
        let () = engine(1, order.note(" called "))?;
        order.push(yield_!(gen::sleep(seconds(1))).unwrap_err());
        Ok(())
    }
    let order = Order::new();
    let inner = order.clone();
    run(async { gen::spawn_local(caller(inner)).await }).unwrap();
    assert_eq!(order.text(), "called raised called raised");
}

/// A call returns a future, also if the body has no yield. The function keeps its visibility, and
/// the coroutine knows its name.
#[test]
fn coroutine() {
    mod elsewhere {
        /// Documented, and private except for its parent.
        #[gen::coroutine]
        pub(super) fn adds<T>(a: T, b: T) -> T::Output
        where
            T: std::ops::Add,
        {
            a + b
        }
    }
    fn is_a_future<T>(future: impl Future<Output = T>) -> impl Future<Output = T> {
        future
    }
    let coroutine = elsewhere::adds(40, 2);
    assert_eq!(coroutine.name(), "adds");
    assert_eq!(gen::block_on(is_a_future(coroutine)), 42);
}

/// Raised anywhere in the body, it ends the coroutine with its value.
#[test]
fn return_() {
    fn helper() -> gen::Result {
        Err(Return(42_u32))
    }
    #[gen::coroutine(returns)]
    fn body() -> gen::Result<u32> {
        yield_!(gen::moment())?;
        helper()?;
        Ok(0)
    }
    assert_eq!(run(body()).unwrap(), 42);
}

/// A list or a map, of futures or of YieldPoints.
#[test]
fn multi() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let callables = yield_!(gen::multi(vec![Callback::<u8>::new("a"), Callback::<u8>::new("b")]))?;
        callables.iter().for_each(|callable| callable.call(1));
        let points = BTreeMap::from(["a", "b"].map(|key| (key, Wait::<u8>::new(key))));
        assert_eq!(yield_!(gen::multi(points))?, BTreeMap::from([("a", 1), ("b", 1)]));
        assert_eq!(yield_!(gen::multi([ready(1), ready(2)]))?, [1, 2]);
        assert_eq!(yield_!(gen::multi(BTreeMap::from([("k", ready(1))])))?, BTreeMap::from([("k", 1)]));
        Ok(())
    }
    run(body()).unwrap();
}

/// Futures, and other values that are converted, among YieldPoints.
#[test]
fn multi_yield_point() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, u32, Vec<u8>)> {
        let (first, second) = yield_!((Callback::<u8>::new(1), Callback::<u8>::new(2)))?;
        soon(move || {
            second.call(2);
            soon(move || first.call(1));
        });
        yield_!((Wait::<u8>::new(1), after_turns(1, Ok(7)), vec![Wait::<u8>::new(2)]))
    }
    assert_eq!(run(body()).unwrap(), (1, 7, vec![2]));
}

/// Futures alone need no surrounding coroutine, and may come from any iterator.
#[test]
fn multi_future() {
    let squares = (1..4).map(|n| after_turns(4 - n, Ok(n * n)));
    let (result, _) = run_logged(gen::multi(squares.collect::<Vec<_>>()).join());
    assert_eq!(result.unwrap(), [1, 4, 9]);
}

/// A future is returned unchanged. Any other value, also a list, becomes a future that is ready.
#[test]
fn maybe_future() {
    let future = gen::maybe_future!(after_turns(1, Ok(7)));
    assert_eq!(future.name(), "after_turns");
    assert_eq!(run(future).unwrap(), 7);
    assert_eq!(run_logged(gen::maybe_future!(7)).0, 7);
    let list: Vec<Ready<u8>> = run_logged(gen::maybe_future!(vec![ready(7)])).0;
    assert_eq!(list[0].clone().into_inner(), 7);
}

/// A `Duration` counts from the yield. An `Instant` is a point in time, which several calls may
/// share.
#[test]
fn with_timeout() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u64>> {
        let now = || now();
        let began = now();
        let mut passed = Vec::new();
        assert!(yield_!(gen::with_timeout(seconds(1), pending::<()>())).is_err());
        passed.push((now() - began).as_secs());
        let limit = began + seconds(3);
        assert!(yield_!(gen::with_timeout(limit, pending::<()>())).is_err());
        passed.push((now() - began).as_secs());
        yield_!(gen::with_timeout(limit + seconds(1), ready(())))?;
        Ok(passed)
    }
    assert_eq!(run(body()).unwrap(), [1, 3]);
}

/// The time begins at the call, not at the yield.
#[test]
fn sleep() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body() -> gen::Result<u64> {
        let began = now();
        let three = gen::sleep(seconds(3));
        yield_!(gen::sleep(seconds(2)))?;
        let () = yield_!(three)?;
        Ok((now() - began).as_secs())
    }
    assert_eq!(run(body()).unwrap(), 3);
}

/// It costs exactly one turn.
#[test]
fn moment() {
    needs!(OrderOfTasks);
    #[gen::coroutine]
    fn body(order: Order) -> gen::Result {
        let second = order.clone();
        soon(move || {
            second.push("1");
            soon(second.note("2"));
        });
        for letter in ["a", "b", "c"] {
            order.push(letter);
            yield_!(gen::moment())?;
        }
        Ok(())
    }
    let order = Order::new();
    run(body(order.clone())).unwrap();
    assert_eq!(order.text(), "a1b2c");
}

/// Lists, maps and futures become one boxed future, which mixes with others.
#[test]
fn convert_yielded() {
    let list = gen::convert_yielded!(vec![ready(1), ready(2)]);
    assert_eq!(run_logged(list).0.unwrap(), [1, 2]);
    let map = gen::convert_yielded!(BTreeMap::from([("k", ready(1))]));
    assert_eq!(run_logged(map).0.unwrap(), BTreeMap::from([("k", 1)]));
    let failing = gen::convert_yielded!(after_turns(1, Err(Fault("its own"))));
    assert!(run_logged(failing).0.unwrap_err().is::<Fault>());
}
