//! `Return`: GenCoroutineTest.test_*_return*, and rule 11 of the semantics.

use behaviour::Order;
use gen::{yield_, Coroutine, Return};

use super::{run_logged, Fault};

fn leave<T: Send + 'static>(value: T) -> gen::Result<std::convert::Infallible> {
    Err(Return(value))
}

/// Raised before any yield.
#[test]
fn sync_gen_return() {
    #[gen::coroutine(returns)]
    fn body() -> gen::Result<u32> {
        match leave(42_u32)? {}
    }
    assert_eq!(run_logged(body()).0.unwrap(), 42);
}

/// Raised after one.
#[test]
fn async_gen_return() {
    #[gen::coroutine(returns)]
    fn body() -> gen::Result<u32> {
        yield_!(gen::moment())?;
        Err(Return(42_u32))?
    }
    assert_eq!(run_logged(body()).0.unwrap(), 42);
}

/// `return` does the same, and a body with `returns` may use it.
#[test]
fn async_early_return() {
    #[gen::coroutine(returns)]
    fn body(early: bool) -> gen::Result<u32> {
        if early {
            return Ok(42);
        }
        yield_!(std::future::pending::<gen::Result<u32>>())
    }
    assert_eq!(run_logged(body(true)).0.unwrap(), 42);
}

/// Without a value.
#[test]
fn async_return_no_value_by_a_return() {
    #[gen::coroutine(returns)]
    fn body() -> gen::Result {
        yield_!(gen::moment())?;
        match leave(())? {}
    }
    run_logged(body()).0.unwrap();
}

/// A `Return` without a value may end an engine, before a yield and after one. With a value it is
/// an error, whose text says that it is a `Return`.
#[test]
fn a_return_in_an_engine() {
    #[gen::engine(send)]
    fn engine(order: Order, moments: u8) -> gen::Result {
        for _ in 0..moments {
            yield_!(gen::moment())?;
        }
        order.push("r");
        match leave(())? {}
    }
    #[gen::engine(send)]
    fn returns_a_value() -> gen::Result {
        match leave(42)? {}
    }
    let order = Order::new();
    let (result, lines) = run_logged(async {
        engine(order.clone(), 0).unwrap();
        engine(order.clone(), 1).unwrap();
        gen::sleep(behaviour::seconds(1)).await.unwrap();
        returns_a_value()
    });
    assert!(result.unwrap_err().to_string().starts_with("a `gen::Return` of `i32` ended no coroutine"));
    assert_eq!((order.text().as_str(), lines), ("rr", Vec::new()));
}

/// An ordinary error stays an error. A broad catch in the body catches a `Return` too, as in
/// Tornado.
#[test]
fn rule_11_a_return_is_an_ordinary_error() {
    #[gen::coroutine(returns)]
    fn fails() -> gen::Result<u32> {
        Err(Fault("not a return"))?
    }
    #[gen::coroutine(returns)]
    fn swallows() -> gen::Result<u32> {
        let _swallowed = leave(1_u32);
        Ok(2)
    }
    assert!(run_logged(fails()).0.unwrap_err().is::<Fault>());
    assert_eq!(run_logged(swallows()).0.unwrap(), 2);
}

/// In Tornado a yielded future that failed with a `Return` ends the coroutine that waits for it.
/// Here a `Return` ends only the coroutine in whose body it was raised.
#[test]
fn rule_11_a_return_from_elsewhere_ends_nobody() {
    #[gen::coroutine]
    fn child() -> gen::Result<u32> {
        match leave(1_u32)? {}
    }
    #[gen::coroutine(returns)]
    fn parent(order: Order) -> gen::Result<u32> {
        let result = yield_!(child());
        order.push(result.is_err());
        result
    }
    let order = Order::new();
    let error = run_logged(parent(order.clone())).0.unwrap_err();
    assert!(error.is::<Return<u32>>());
    assert_eq!(order.text(), "true");
}

/// A value of another type than the coroutine's is refused. In Python it is allowed.
#[test]
fn a_return_of_another_type_is_an_error_that_names_it() {
    #[gen::coroutine(returns)]
    fn body() -> gen::Result<u32> {
        match leave(1_u64)? {}
    }
    let text = run_logged(body()).0.unwrap_err().to_string();
    assert!(text.starts_with("a `gen::Return` of `u64` ended no coroutine"), "{text}");
}

/// It works together with the other options, and beneath a context. The coroutine keeps its name.
#[test]
fn returns_goes_with_the_other_options() {
    #[gen::coroutine(returns, boxed)]
    fn boxed(depth: u32) -> gen::Result<u32> {
        if depth == 0 {
            match leave(1_u32).map_err(|error| error.context("on the way"))? {}
        }
        Ok(yield_!(boxed(depth - 1))? + 1)
    }
    #[gen::coroutine(returns, dyn)]
    fn erased(text: &str) -> gen::Result<usize> {
        match leave(text.len())? {}
    }
    assert_eq!(run_logged(boxed(3)).0.unwrap(), 4);
    let erased = erased("abc");
    assert_eq!((erased.name(), run_logged(erased).0.unwrap()), ("erased", 3));
}

/// The results and errors of yields in a body with the option are not affected.
#[test]
fn what_is_thrown_reaches_the_yield() {
    #[gen::coroutine(returns)]
    fn body() -> gen::Result<&'static str> {
        match yield_!(std::future::pending::<gen::Result>()) {
            Err(error) if error.is::<Return<&'static str>>() => Ok("arrived"),
            _ => Ok("was lost"),
        }
    }
    let mut body = std::pin::pin!(body());
    let mut thrown = Some(gen::Error::new(Return("thrown")));
    let resumed = std::future::poll_fn(|cx| body.as_mut().resume(cx, &mut thrown));
    let result = run_logged(resumed).0;
    assert_eq!(result.unwrap(), "arrived");
}

/// The option does not enlarge the coroutine.
#[test]
fn returns_costs_no_space() {
    #[gen::coroutine]
    fn without(n: u64) -> gen::Result<u64> {
        Ok(yield_!(std::future::ready(n))? + n)
    }
    #[gen::coroutine(returns)]
    fn with(n: u64) -> gen::Result<u64> {
        Ok(yield_!(std::future::ready(n))? + n)
    }
    assert_eq!(size_of_val(&with(1)), size_of_val(&without(1)));
}
