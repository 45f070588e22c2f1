//! Rules 31 and 32: keys without a wait.

use std::future::Future;

use behaviour::needs;
use gen::{yield_, Callback, LeakedCallbackError, LeakedKey, Wait};

use super::run;

/// The leak is the result of the coroutine: its waiter gets the error, and nothing hangs. The keys
/// have the order of their registration. (In Tornado the future stays pending, and the surrounding
/// context gets the error. The keys have the order of a set.)
#[test]
fn rule_31_a_leak_is_the_result_of_the_call() {
    #[gen::coroutine]
    fn leaks() -> gen::Result<u8> {
        for key in ["c", "a", "b", "d"] {
            yield_!(Callback::<u8>::new(key))?.call(0);
        }
        yield_!(Wait::<u8>::new("a"))
    }
    #[gen::coroutine]
    fn waits() -> gen::Result<Vec<String>> {
        let error = yield_!(leaks()).unwrap_err();
        let leaked = error.downcast_ref::<LeakedCallbackError>().expect("a leak");
        Ok(leaked.keys().iter().map(LeakedKey::key).map(String::from).collect())
    }
    assert_eq!(run(waits()).unwrap(), ["\"c\"", "\"b\"", "\"d\""]);
}

/// A body that ends with an error keeps that error.
#[test]
fn rule_32_an_error_of_the_body_wins() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(Callback::<u8>::new("k"))?;
        Err(gen::Error::new("mine"))
    }
    assert_eq!(run(body()).unwrap_err().to_string(), "mine");
}

/// The keys of a body that has caught an error are checked like those of any other. (Tornado does
/// not check them for the rest of the run.)
#[test]
fn rule_32_a_caught_error_does_not_hide_a_leak() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(Callback::<u8>::new("k"))?;
        yield_!(Wait::<u8>::new("unknown")).unwrap_err();
        Ok(())
    }
    assert!(run(body()).unwrap_err().is::<LeakedCallbackError>());
}

/// A `gen::Return` ends the call successfully, as in Tornado, so the keys are checked.
#[test]
fn rule_31_a_return_is_a_normal_end() {
    #[gen::coroutine(returns)]
    fn leaks() -> gen::Result<u8> {
        yield_!(Callback::<u8>::new("k"))?.call(0);
        Err(gen::Return(1_u8))?
    }
    #[gen::coroutine(returns)]
    fn does_not() -> gen::Result<u8> {
        yield_!(Callback::<u8>::new("k"))?.call(1);
        Err(gen::Return(yield_!(Wait::<u8>::new("k"))?))?
    }
    #[gen::coroutine(returns)]
    fn another_return() -> gen::Result<u8> {
        yield_!(Callback::<u8>::new("k"))?.call(0);
        Err(gen::Return("not this one's"))?
    }
    assert!(run(leaks()).unwrap_err().is::<LeakedCallbackError>());
    assert_eq!(run(does_not()).unwrap(), 1);
    assert!(run(another_return()).unwrap_err().is::<gen::Return<&str>>());
}

/// The same for the end of an engine, by a `gen::Return` or without a `Result`.
#[test]
fn rule_31_an_engine_that_ends_by_a_return() {
    #[gen::engine]
    fn returns() -> gen::Result {
        yield_!(Callback::<u8>::new("k"))?.call(0);
        Err(gen::Return(()))?
    }
    #[gen::engine]
    fn is_without_a_result() {
        yield_!(Callback::<u8>::new("k")).expect("the key is free").call(0);
    }
    needs!(LocalTasks);
    behaviour::run(async {
        assert!(returns().unwrap_err().is::<LeakedCallbackError>());
        assert!(is_without_a_result().unwrap_err().is::<LeakedCallbackError>());
        Ok(())
    });
}

/// The error type may be any that a `gen::Error` converts into.
#[test]
fn a_leak_in_the_users_own_error() {
    #[derive(Debug)]
    struct Mine(String);
    impl From<gen::Error> for Mine {
        fn from(error: gen::Error) -> Self {
            Mine(format!("mine: {error}"))
        }
    }
    #[gen::coroutine]
    fn body() -> Result<(), Mine> {
        yield_!(Callback::<u8>::new("k"))?;
        Ok(())
    }
    let Mine(text) = run(body()).unwrap_err();
    assert!(text.starts_with("mine: the coroutine ended without waiting for its callbacks: \"k\""), "{text}");
}

/// A coroutine that is dropped while it waits has not leaked its keys, and nothing is reported.
#[test]
fn dropped_while_it_waits() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _kept = yield_!(Callback::<u8>::new("k"))?;
        yield_!(std::future::pending::<()>())
    }
    let log = loop_behaviour::logged(|| {
        let mut body = Box::pin(body());
        let waker = std::task::Waker::noop();
        assert!(body.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        drop(body);
    });
    assert!(log.is_empty(), "{log:?}");
}
