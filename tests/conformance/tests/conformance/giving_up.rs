//! `Forget` gives up a key. Tornado has no counterpart: there such a call leaks the key.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use super::{run, soon};
use gen::{yield_, Callback, Forget, LeakedCallbackError, Runner, UnknownKeyError, Wait, YieldPoint};

/// A wait that has timed out leaves its key pending. A call that gives up the key ends well, and
/// the callable does nothing.
#[test]
fn a_wait_that_has_timed_out() {
    #[gen::coroutine]
    fn body(gives_up: bool) -> gen::Result {
        let callable = yield_!(Callback::<u8>::new("k"))?;
        let wait = gen::with_timeout(Duration::ZERO, Wait::<u8>::new("k"));
        assert!(yield_!(wait).unwrap_err().is::<gen::TimeoutError>());
        if gives_up {
            yield_!(Forget::new("k"))?;
        }
        callable.call(1);
        Ok(())
    }
    assert!(run(body(false)).unwrap_err().is::<LeakedCallbackError>());
    run(body(true)).unwrap();
}

/// The key is free again. A late call of its old callable does not affect its new use.
#[test]
fn the_key_may_be_registered_anew() {
    #[gen::coroutine]
    fn body() -> gen::Result<u8> {
        let old = yield_!(Callback::<u8>::new("k"))?;
        yield_!(Forget::new("k"))?;
        assert!(yield_!(Wait::<u8>::new("k")).unwrap_err().is::<UnknownKeyError>());
        let new = yield_!(Callback::<u8>::new("k"))?;
        old.call(1);
        new.call(2);
        drop(old);
        yield_!(Wait::<u8>::new("k"))
    }
    assert_eq!(run(body()).unwrap(), 2);
}

/// A value that has already come is dropped at once, like one that comes later.
#[test]
fn what_was_stored_is_dropped() {
    struct Value(Arc<AtomicUsize>);
    impl Drop for Value {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    #[gen::coroutine]
    fn body(dropped: Arc<AtomicUsize>) -> gen::Result<[usize; 3]> {
        let count = || dropped.load(Ordering::Relaxed);
        let callable = yield_!(Callback::<Value>::new("k"))?;
        callable.call(Value(dropped.clone()));
        let before = count();
        yield_!(Forget::new("k"))?;
        let after = count();
        callable.call(Value(dropped.clone()));
        Ok([before, after, count()])
    }
    assert_eq!(run(body(Arc::default())).unwrap(), [0, 1, 2]);
}

/// A key that is not pending cannot be given up. Most likely it is misspelt.
#[test]
fn an_unknown_key() {
    #[gen::coroutine]
    fn body() -> gen::Result<String> {
        Ok(yield_!(Forget::new("k")).unwrap_err().to_string())
    }
    assert_eq!(run(body()).unwrap(), "the key \"k\" is not pending");
}

/// A wait for the key in another branch does not last for ever.
#[test]
fn somebody_who_waits() {
    struct GivesUpLater;
    impl YieldPoint for GivesUpLater {
        type Output = ();
        fn start(&mut self, runner: &Runner) -> gen::Result {
            let runner = runner.clone();
            soon(move || runner.forget_callback(&"k"));
            Ok(())
        }
        fn is_ready(&mut self, _: &Runner) -> gen::Result<bool> {
            Ok(true)
        }
        fn get_result(&mut self, _: &Runner) -> gen::Result {
            Ok(())
        }
    }
    #[gen::coroutine]
    fn body() -> gen::Result {
        let _callable = yield_!(Callback::<u8>::new("k"))?;
        let error = yield_!((Wait::<u8>::new("k"), GivesUpLater)).unwrap_err();
        assert!(error.is::<UnknownKeyError>());
        Ok(())
    }
    run(body()).unwrap();
}
