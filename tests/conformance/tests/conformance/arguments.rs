//! Tornado's `test_arguments`.

use gen::{yield_, Arguments, Callback, Wait};

use super::run;

/// Tornado turns no argument into `None`, one argument into itself, and several into `Arguments`.
/// Here the type of the callback decides.
#[test]
fn arguments() {
    #[gen::coroutine]
    fn body() -> gen::Result {
        yield_!(Callback::<()>::new("none"))?.call(());
        yield_!(Wait::<()>::new("none"))?;
        yield_!(Callback::<u8>::new("one"))?.call(42);
        assert_eq!(yield_!(Wait::<u8>::new("one"))?, 42);
        yield_!(Callback::<(u8, &str)>::new("two"))?.call((42, "x"));
        assert_eq!(yield_!(Wait::<(u8, &str)>::new("two"))?, (42, "x"));
        yield_!(Callback::<Arguments<u8>>::new("named"))?.call(Arguments::new([1, 2], [("error", 3)]));
        let named = yield_!(Wait::<Arguments<u8>>::new("named"))?;
        assert_eq!(named.args, [1, 2]);
        assert_eq!(named.kwargs["error"], 3);
        assert_eq!(named, (vec![1, 2], [("error".to_owned(), 3)].into()));
        // A task's callback may take several arguments too: Tornado's `callback(None, error=…)`.
        let named =
            yield_!(gen::from_callback(|done| done.call(Arguments::new([None], [("error", Some(3))]))))?;
        assert_eq!((named.args, named.kwargs["error"]), (vec![None], Some(3)));
        Ok(())
    }
    run(body()).unwrap();
}

/// `YieldFuture` makes a point of a future. It gives the value of the future, and mixes with
/// points.
#[test]
fn yield_future() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, u8)> {
        let error = yield_!(gen::YieldFuture::new(std::future::ready(Err::<u8, _>("its own")))).unwrap_err();
        assert_eq!(error.to_string(), "its own");
        yield_!(Callback::<u8>::new("k"))?.call(1);
        yield_!((Wait::<u8>::new("k"), gen::YieldFuture::new(async { 2 })))
    }
    assert_eq!(run(body()).unwrap(), (1, 2));
}
