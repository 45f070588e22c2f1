//! Rules 22-24 and 27, and other mistakes with keys.

use gen::{
    yield_, Callback, CallbackDroppedError, KeyReuseError, KeyTypeError, UnknownKeyError, Wait, WaitAll,
};

use super::{run, run_logged};

/// A list of callbacks gives a list of callables. If two have the same key, the second fails, and
/// the first stays pending.
#[test]
fn rule_22_a_list_of_callbacks() {
    #[gen::coroutine]
    fn body() -> gen::Result<(Vec<u8>, u8)> {
        let callables = yield_!(vec![Callback::<u8>::new("a"), Callback::<u8>::new("b")])?;
        (0..).zip(&callables).for_each(|(value, callable)| callable.call(value));
        let values = yield_!(WaitAll::<u8>::new(["a", "b"]))?;
        let error = yield_!(vec![Callback::<u8>::new("k"), Callback::<u8>::new("k")]).unwrap_err();
        assert!(error.is::<KeyReuseError>());
        // Its callable was dropped with the failed list, but the key is not unknown.
        let error = yield_!(Wait::<u8>::new("k")).unwrap_err();
        assert!(error.is::<CallbackDroppedError>(), "{error}");
        Ok((values, callables.len() as u8))
    }
    assert_eq!(run(body()).unwrap(), (vec![0, 1], 2));
}

/// If one yield waits for a key twice, the key is unknown to the second wait. (Tornado fails with a
/// bare `KeyError`.)
#[test]
fn rule_23_duplicates_are_unknown_the_second_time() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        callable.call(1);
        let error = yield_!(WaitAll::<u8>::new(["k", "k"])).unwrap_err();
        assert!(error.is::<UnknownKeyError>());
        // Nothing was taken. The value is still there, for one of the two.
        let error = yield_!(vec![Wait::<u8>::new("k"), Wait::<u8>::new("k")]).unwrap_err();
        assert!(error.is::<UnknownKeyError>() && error.others().is_empty());
        Ok(yield_!(Callback::<u8>::new("k")).is_ok().into())
    }
    // The last callback leaks, which shows that its key was free.
    assert!(run(body()).unwrap_err().is::<gen::LeakedCallbackError>());
}

/// The points of one yield start in order. So a wait does not find the key of a callback that
/// stands after it. (Nor does it in Tornado.)
#[test]
fn rule_22_points_of_one_yield_start_in_order() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let error = yield_!((Wait::<u8>::new("k"), Callback::<u8>::new("k"))).unwrap_err();
        assert_eq!(error.downcast_ref::<UnknownKeyError>().map(UnknownKeyError::key), Some("\"k\""));
        // The callback was started nevertheless. Its key is pending, and its callable was dropped
        // with the failed tuple.
        assert!(yield_!(Wait::<u8>::new("k")).unwrap_err().is::<CallbackDroppedError>());
        yield_!(Callback::<u8>::new("k"))?.call(1);
        yield_!((Wait::<u8>::new("k"), Callback::<u8>::new("other")))?.1.call(2);
        yield_!(Wait::<u8>::new("other"))
    }
    assert_eq!(run(body()).unwrap(), 2);
}

/// `WaitAll` checks all keys before it waits for any, so an unknown key is found at once. (In
/// Tornado it is found when the values of the keys before it have come.)
#[test]
fn rule_24_an_unknown_key_is_found_at_once() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let callable = yield_!(Callback::<u8>::new("pending"))?;
        let error = yield_!(WaitAll::<u8>::new(["pending", "unknown"])).unwrap_err();
        assert_eq!(error.downcast_ref::<UnknownKeyError>().map(UnknownKeyError::key), Some("\"unknown\""));
        callable.call(1);
        yield_!(Wait::<u8>::new("pending"))
    }
    assert_eq!(run(body()).unwrap(), 1);
}

/// Calls that run at the same time do not share keys. Keys are equal if Rust says so: `1_u8` and
/// `1_u16` are two keys, and so are `"k"` and `String::from("k")`. (In Tornado `1`, `1.0` and
/// `True` are one key.)
#[test]
fn rule_27_keys_are_those_of_one_call_and_of_one_type() {
    #[gen::coroutine]
    fn call(value: u8) -> gen::Result<u8> {
        let narrow = yield_!(Callback::<u8>::new(1_u8))?;
        let wide = yield_!(Callback::<u8>::new(1_u16))?;
        yield_!(gen::moment())?;
        narrow.call(value);
        wide.call(100);
        let sum = yield_!(Wait::<u8>::new(1_u8))? + yield_!(Wait::<u8>::new(1_u16))?;
        let error = yield_!(Wait::<u8>::new(1_u32)).unwrap_err();
        assert_eq!(error.to_string(), "the key 1 is not pending");
        let looks_alike = yield_!(Callback::<u8>::new(2_u8))?;
        let error = yield_!(Wait::<u8>::new(2_u16)).unwrap_err();
        let text = "the key 2 is not pending: it is of type `u16`, and one of type `u8` looks the same";
        assert_eq!(error.to_string(), text);
        looks_alike.call(0);
        yield_!(Wait::<u8>::new(2_u8))?;
        Ok(sum)
    }
    #[gen::coroutine]
    fn body() -> gen::Result<Vec<u8>> {
        yield_!(vec![call(1), call(2), call(3)])
    }
    assert_eq!(run(body()).unwrap(), [101, 102, 103]);
}

/// A key is unknown in the coroutines that its coroutine yields, and in nested blocks of its
/// coroutine.
#[test]
fn a_wait_for_a_key_of_another_coroutine() {
    #[gen::coroutine]
    fn inner() -> gen::Result<u8> {
        yield_!(Wait::<u8>::new("k"))
    }
    #[gen::coroutine]
    fn outer() -> gen::Result<u8> {
        yield_!(Callback::<u8>::new("k"))?.call(1);
        let block = async { yield_!(Wait::<u8>::new("k")) };
        for error in [yield_!(inner()).unwrap_err(), block.await.unwrap_err()] {
            assert!(error.is::<UnknownKeyError>());
            assert_eq!(error.to_string(), "the key \"k\" is not pending");
        }
        // Neither of them took it.
        yield_!(Wait::<u8>::new("k"))
    }
    assert_eq!(run(outer()).unwrap(), 1);
}

/// A wait with another value type than that of the registration fails before it waits. The error
/// names the key, both types and the place.
#[test]
fn a_wait_for_another_type() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        let registered = line!() - 1;
        let error = yield_!(Wait::<String>::new("k")).unwrap_err();
        assert_eq!(
            error.downcast_ref::<KeyTypeError>().map(|error| error.registered_at().line()),
            Some(registered)
        );
        assert!(yield_!(WaitAll::<String>::new(["k"])).unwrap_err().is::<KeyTypeError>());
        callable.call(0);
        yield_!(Wait::<u8>::new("k"))?;
        Ok(error.to_string())
    }
    let text = run(body()).unwrap();
    let start = format!("the key \"k\", registered at {}:", file!());
    let end = ", is for a value of type `u8`, not `alloc::string::String`";
    assert!(text.starts_with(&start) && text.ends_with(end), "{text}");
}

/// A nested `async` block has keys of its own. Keys that it leaves behind are reported, since no
/// caller takes its error.
#[test]
fn a_nested_block_has_keys_of_its_own() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        yield_!(Callback::<u8>::new("k"))?.call(1);
        let inner = async {
            yield_!(Callback::<u8>::new("k"))?.call(10);
            yield_!(Callback::<u8>::new("left"))?;
            yield_!(Wait::<u8>::new("k"))
        };
        Ok(yield_!(inner)? + yield_!(Wait::<u8>::new("k"))?)
    }
    let (result, log) = run_logged(body());
    assert_eq!(result.unwrap(), 11);
    assert_eq!(log.len(), 1, "{log:?}");
    let start =
        "WARN gen: an `async` block ended without waiting for its callbacks: \"left\" (registered at ";
    assert!(log[0].starts_with(start), "{log:?}");
}
