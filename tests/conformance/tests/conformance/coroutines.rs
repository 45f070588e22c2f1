//! GenCoroutineTest.

use std::future::{ready, Future};
use std::time::Duration;

use behaviour::{in_seconds, needs, now, seconds, spawn, Order};
use gen::{yield_, Callback, Wait};

use super::{later, run, run_timed, soon};

/// Gives the loop a turn for its other work.
fn turn() -> gen::Moment {
    gen::moment()
}

/// A body without a yield gives its returned value.
#[test]
fn sync_return() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        Ok(42)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        yield_!(body())
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A `return` after a yield.
#[test]
fn async_return() {
    #[gen::coroutine]
    fn body(stop: bool) -> gen::Result<u32> {
        yield_!(turn())?;
        if stop {
            return Ok(42);
        }
        unreachable!("it returned");
    }
    assert_eq!(run(body(true)).unwrap(), 42);
}

/// A bare `return` gives `()`.
#[test]
fn sync_return_no_value() {
    #[gen::coroutine]
    fn body(stop: bool) {
        if stop {
            return;
        }
        unreachable!("it returned");
    }
    #[gen::coroutine]
    fn outer() -> gen::Result {
        let () = yield_!(body(true))?;
        Ok(())
    }
    run(outer()).unwrap();
}

/// The same after a yield.
#[test]
fn async_return_no_value() {
    #[gen::coroutine]
    fn body(stop: bool) {
        if yield_!(turn()).is_ok() && stop {
            return;
        }
        unreachable!("it returned");
    }
    #[gen::coroutine]
    fn outer() -> gen::Result {
        let () = yield_!(body(true))?;
        Ok(())
    }
    run(outer()).unwrap();
}

/// The call does not fail. The yield of it does.
#[test]
fn sync_raise() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        Err("raised".parse::<u8>().unwrap_err().into())
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<bool> {
        let child = body();
        Ok(yield_!(child).unwrap_err().is::<std::num::ParseIntError>())
    }
    assert!(run(outer()).unwrap());
}

/// The same after a yield.
#[test]
fn async_raise() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(turn())?;
        Err(std::fmt::Error.into())
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<bool> {
        let child = body();
        Ok(yield_!(child).unwrap_err().is::<std::fmt::Error>())
    }
    assert!(run(outer()).unwrap());
}

/// A native `async fn` awaits a coroutine, and a coroutine yields a native one.
#[test]
fn async_await() {
    #[gen::coroutine]
    fn coroutine(n: u32) -> gen::Result<u32> {
        yield_!(turn())?;
        Ok(n)
    }
    async fn native() -> gen::Result<u32> {
        Ok(coroutine(40).await? + 1)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        Ok(yield_!(native())? + 1)
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A list of a native future and a coroutine. In Rust their types differ, so they are boxed.
#[test]
fn async_await_mixed_multi_native_future() {
    async fn native() -> u32 {
        42
    }
    #[gen::coroutine]
    fn coroutine() -> gen::Result<u32> {
        yield_!(turn())?;
        Ok(43)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<Vec<u32>> {
        yield_!(vec![gen::boxed(gen::ok(native())), gen::boxed(coroutine())])
    }
    assert_eq!(run(outer()).unwrap(), [42, 43]);
}

/// A native future beside a yield point. A tuple holds both unchanged.
#[test]
fn async_await_mixed_multi_native_yieldpoint() {
    needs!(LocalTasks);
    async fn native() -> u32 {
        42
    }
    #[gen::coroutine]
    fn coroutine() -> gen::Result<u32> {
        yield_!(turn())?;
        Ok(43)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<(u32, u32)> {
        let done = yield_!(Callback::<u32>::new("key"))?;
        // Tornado's `callback=`.
        spawn(coroutine()).on_done(move |result| result.map(|value| done.call(value)));
        yield_!((native(), Wait::<u32>::new("key")))
    }
    assert_eq!(run(outer()).unwrap(), (42, 43));
}

/// A timeout around a native future.
#[test]
fn async_with_timeout() {
    async fn native() -> u32 {
        42
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        yield_!(gen::with_timeout(seconds(3600), native()))
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

/// A function with a callback is called, and the coroutine gets the argument of the callback.
#[test]
fn pass_callback() {
    needs!(LocalTasks);
    #[gen::coroutine]
    fn coroutine() -> gen::Result<u32> {
        Ok(42)
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u32> {
        yield_!(gen::from_callback(|callback| {
            spawn(coroutine()).on_done(move |result| result.map(|value| callback.call(value)));
            gen::Result::<()>::Ok(())
        }))
    }
    assert_eq!(run(outer()).unwrap(), 42);
}

#[gen::coroutine]
fn fails_later() -> gen::Result<u32> {
    yield_!(turn())?;
    Err(std::fmt::Error.into())
}

/// The body catches a child's error and raises another, which is its result.
#[test]
fn replace_yieldpoint_exception() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        match yield_!(fails_later()) {
            Err(error) if error.is::<std::fmt::Error>() => {
                Err("not a number".parse::<u32>().unwrap_err().into())
            }
            other => other,
        }
    }
    assert!(run(body()).unwrap_err().is::<std::num::ParseIntError>());
}

/// The body catches a child's error, and returns a value.
#[test]
fn swallow_yieldpoint_exception() {
    #[gen::coroutine]
    fn body() -> gen::Result<u32> {
        Ok(yield_!(fails_later()).unwrap_or(42))
    }
    assert_eq!(run(body()).unwrap(), 42);
}

/// The order of two coroutines that each yield five times, either moments or ready futures, in one
/// task and in two.
fn two(first_on_moment: bool, second_on_moment: bool) -> [String; 2] {
    #[gen::coroutine]
    fn five_times(name: char, on_moment: bool, order: Order) -> gen::Result {
        for _ in 0..5 {
            order.push(name);
            if on_moment {
                yield_!(gen::moment())?;
            } else {
                yield_!(ready(()))?;
            }
        }
        Ok(())
    }
    #[gen::coroutine]
    fn both<C>(a: C, b: C, in_tasks: bool) -> gen::Result
    where
        C: Future<Output = gen::Result> + 'static,
    {
        if in_tasks {
            yield_!((gen::spawn_local(a), gen::spawn_local(b))).map(drop)
        } else {
            yield_!((a, b)).map(drop)
        }
    }
    [false, true].map(|in_tasks| {
        let order = Order::new();
        let a = five_times('a', first_on_moment, order.clone());
        let b = five_times('b', second_on_moment, order.clone());
        run(both(a, b, in_tasks)).unwrap();
        order.text()
    })
}

/// Ready futures never give other tasks a turn. A moment always does.
#[test]
fn moment() {
    needs!(OrderOfTasks);
    assert_eq!(two(false, false), ["aaaaabbbbb"; 2]);
    assert_eq!(two(true, true), ["ababababab"; 2]);
    assert_eq!(two(true, false), ["abbbbbaaaa"; 2]);
}

/// A sleep ends on time.
#[test]
fn sleep() {
    needs!(VirtualTime);
    #[gen::coroutine]
    fn body() -> gen::Result<Duration> {
        let began = now();
        yield_!(gen::sleep(seconds(1) / 100))?;
        Ok(now() - began)
    }
    assert_eq!(run(body()).unwrap(), seconds(1) / 100);
}

/// A caught error is not a cause of the next one.
#[test]
fn py3_leak_exception_context() {
    #[gen::coroutine]
    fn body() -> gen::Result<bool> {
        let first = yield_!(fails_later()).unwrap_err();
        let second = yield_!(fails_later()).unwrap_err();
        Ok(first.source().is_none() && second.source().is_none() && second.trace().len() == 1)
    }
    assert!(run(body()).unwrap());
}

/// A loop callback that the body scheduled fails while the body waits ten seconds for a task, after
/// a callback and its wait. The error arrives at once.
#[gen::coroutine]
fn fails_while_it_waits() -> gen::Result {
    let callable = yield_!(Callback::<()>::new("k1"))?;
    soon(move || callable.call(()));
    yield_!(Wait::<()>::new("k1"))?;
    soon(|| Err::<(), _>("first"));
    yield_!(gen::from_callback(|done| {
        later(seconds(10), move || done.call(()));
    }))
}

/// The body replaces the error by another.
#[test]
fn replace_context_exception() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(fails_while_it_waits()).map_err(|error| gen::Error::new(format!("instead of {error}")))
    }
    assert_eq!(run_timed(body()), (Err("instead of first".to_owned()), in_seconds(0), vec![]));
}

/// The body catches it.
#[test]
fn swallow_context_exception() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        match yield_!(fails_while_it_waits()) {
            Err(_) => Ok(42),
            Ok(()) => Ok(0),
        }
    }
    assert_eq!(run_timed(body()), (Ok(42), in_seconds(0), vec![]));
}
