//! Values whose type is known only at run time. With known types these cases do not compile.

use std::any::Any;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::future::{pending, ready};

use behaviour::{needs, seconds};
use gen::dynamic::{register, Value};
use gen::{yield_, BadYieldError, ReturnValueIgnoredError};

use super::{after_turns, run_logged, Fault};

#[gen::coroutine]
fn yield_it(value: Value) -> gen::Result<Value> {
    yield_!(value)
}

fn bad_type(error: &gen::Error) -> &str {
    error.downcast_ref::<BadYieldError>().map_or("another error", BadYieldError::type_name)
}

/// Yielding a value that is not yieldable raises an error at the yield. It names the type, and can
/// be caught.
#[test]
fn bogus_yield() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let error = yield_!(Value::new(42_u8)).unwrap_err();
        yield_!(gen::moment())?;
        Ok(error.to_string())
    }
    assert_eq!(bad_type(&run_logged(yield_it(Value::new(42_u8))).0.unwrap_err()), "u8");
    assert_eq!(
        run_logged(body()).0.unwrap(),
        "a value of type `u8` cannot be yielded: register the type with `gen::dynamic::register`"
    );
}

/// No caller receives the result of an engine, so a value that is not `()` is an error. In the
/// first step the call returns the error, and later the context of the call gets it. (Where the
/// type is known it does not compile.)
#[test]
fn return_value() {
    needs!(LocalTasks);
    #[gen::engine]
    fn returns(value: Value) -> Value {
        value
    }
    #[gen::engine]
    fn raises(value: Value, moments: u8) -> gen::Result<Value> {
        for _ in 0..moments {
            yield_!(gen::moment())?;
        }
        Err(gen::Return(value))?
    }
    #[gen::engine]
    fn ends_without_a_value() -> gen::Result<Value> {
        Err(gen::Return(()))?
    }
    #[gen::engine]
    fn fails() -> Result<Value, Fault> {
        Err(Fault("its own"))
    }
    let ignored = |result: gen::Result| {
        let error = result.unwrap_err();
        error.downcast_ref::<ReturnValueIgnoredError>().map(ReturnValueIgnoredError::type_name)
    };
    #[gen::coroutine]
    fn async_raise_return_value() -> gen::Result {
        raises(Value::new(42_u8), 1)?;
        yield_!(gen::sleep(seconds(1)))
    }
    let (result, lines) = run_logged(async {
        returns(Value::new(())).unwrap();
        raises(Value::new(()), 0).unwrap();
        ends_without_a_value().unwrap();
        assert_eq!(ignored(returns(Value::new(false))), Some("bool"));
        assert_eq!(ignored(raises(Value::new((42_u8, 1_u8)), 0)), Some("(u8, u8)"));
        assert!(fails().unwrap_err().is::<Fault>());
        gen::spawn_local(async_raise_return_value()).await
    });
    assert_eq!((ignored(result), lines), (Some("u8"), Vec::new()));
}

/// A tuple is not a list. (One that is known at compile time is yielded in parallel.)
#[test]
fn bogus_yield_tuple() {
    assert_eq!(bad_type(&run_logged(yield_it(Value::new((1_u8, 2_u8)))).0.unwrap_err()), "(u8, u8)");
}

/// A box of any value that other code has created.
#[test]
fn what_came_without_a_name_works_too() {
    let boxed = |value: Box<dyn Any + Send>| run_logged(yield_it(Value::from(value))).0;
    assert_eq!(bad_type(&boxed(Box::new(7_u8)).unwrap_err()), "a type without a name");
    let list = boxed(Box::<Vec<Value>>::default()).unwrap();
    assert!(list.downcast::<Vec<Value>>().unwrap().is_empty());
}

/// Futures, lists and maps are converted as by `convert_yielded`, also nested ones, and keep their
/// types.
#[test]
fn lists_maps_and_futures_of_values() {
    let number = |turns, n| Value::future(after_turns(turns, Ok(n)));
    let map = BTreeMap::from([("k".to_owned(), number(1, 3))]);
    let hash = HashMap::from([("h".to_owned(), number(0, 4))]);
    let list = vec![number(2, 1), number(1, 2), Value::new(map), Value::new(hash)];
    let list = run_logged(yield_it(Value::new(list))).0.unwrap().downcast::<Vec<Value>>().unwrap();
    let mut list = list.into_iter();
    let mut next = || list.next().unwrap();
    assert_eq!(next().downcast::<u32>().unwrap(), 1);
    assert_eq!(next().downcast::<u32>().unwrap(), 2);
    let map = next().downcast::<BTreeMap<String, Value>>().unwrap();
    assert_eq!(map["k"].downcast_ref(), Some(&3_u32));
    assert_eq!(next().downcast::<HashMap<String, Value>>().unwrap()["h"].downcast_ref(), Some(&4_u32));
}

/// The error of a future that is a value arrives unchanged at the yield.
#[test]
fn a_failure_arrives_at_the_yield() {
    let error = run_logged(yield_it(Value::future(after_turns(1, Err(Fault("fault")))))).0.unwrap_err();
    assert!(error.is::<Fault>());
    assert_eq!(error.trace().len(), 1);
}

/// A bad child of a list raises `BadYieldError` at the yield, after its siblings have ended.
/// (Tornado abandons the siblings, and ignores their errors.)
#[test]
fn rule_20_a_bad_child_in_a_list() {
    let list = vec![Value::future(after_turns(1, Err(Fault("sibling")))), Value::new("bad")];
    let (result, lines) = run_logged(yield_it(Value::new(list)));
    let error = result.unwrap_err();
    assert!(error.is::<Fault>(), "the first in child order");
    assert_eq!(bad_type(&error.others()[0].error), "&str");
    assert_eq!(lines.len(), 1);
}

/// An error of a user's conversion arrives at the yield. (In Tornado any error but `BadYieldError`
/// escapes, and the coroutine never ends.)
#[test]
fn rule_21_an_error_of_a_conversion_arrives_at_the_yield() {
    struct Broken;
    register(|_: Broken| ready(Err::<u8, _>(Fault("in the conversion"))));
    let error = run_logged(yield_it(Value::new(Broken))).0.unwrap_err();
    assert!(error.is::<Fault>());
}

/// A panic in a conversion ends the task, not the loop.
#[test]
fn rule_21_a_panic_of_a_conversion_is_the_tasks() {
    struct Panics;
    fn panics(_: Panics) -> std::future::Ready<gen::Result<u8>> {
        panic!("in the conversion")
    }
    register(panics);
    needs!(LocalTasks);
    let task = run_logged(async { gen::spawn_local(yield_it(Value::new(Panics))).await }).0;
    assert!(task.unwrap_err().is::<gen::Panicked>());
}

/// A registered conversion is found by the type of the value. A later one replaces an earlier one.
#[test]
fn rule_61_conversions_are_found_by_type() {
    struct Query(u32);
    let answer = || run_logged(yield_it(Value::new(Query(2)))).0.unwrap().downcast::<u32>().unwrap();
    assert!(bad_type(&run_logged(yield_it(Value::new(Query(2)))).0.unwrap_err()).ends_with("Query"));
    register(|query: Query| after_turns(1, Ok(query.0)));
    assert_eq!(answer(), 2);
    register(|query: Query| after_turns(1, Ok(query.0 * 10)));
    assert_eq!(answer(), 20);
}

/// No value is converted, let alone started, before the yield waits for it.
#[test]
fn a_value_is_cold() {
    thread_local!(static CONVERTED: Cell<u8> = const { Cell::new(0) });
    struct Counted;
    register(|_: Counted| {
        CONVERTED.set(CONVERTED.get() + 1);
        gen::ok(ready(()))
    });
    let coroutine = yield_it(Value::new(Counted));
    assert_eq!(CONVERTED.get(), 0);
    run_logged(coroutine).0.unwrap();
    assert_eq!(CONVERTED.get(), 1);
}

/// A dynamic value can be used like any future: in timeouts, in `multi`, and on another thread.
#[test]
fn a_value_is_a_yieldable_like_any_other() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<gen::Result<Value>>> {
        let never = Value::future(pending::<gen::Result<u8>>());
        assert!(yield_!(gen::with_timeout(seconds(1), never)).is_err());
        yield_!(gen::multi(vec![Value::new(1_u8), Value::future(after_turns(1, Ok(7)))]).settle())
    }
    let results = run_logged(assert_send(body())).0.unwrap();
    let texts: Vec<_> = results.iter().map(|result| result.is_ok()).collect();
    assert_eq!(texts, [false, true]);
}

/// The result is requested by its type. A wrong type is an error that names both types.
#[test]
fn a_wrong_downcast_names_both_types() {
    let error = Value::new(7_u8).downcast::<String>().unwrap_err();
    assert_eq!(error.to_string(), "the value is of type `u8`, not `alloc::string::String`");
}
