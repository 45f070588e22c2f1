//! `maybe_future` and `convert_yielded`.

use std::collections::BTreeMap;
use std::future::{ready, Future, IntoFuture, Ready};

use gen::yield_;

use super::{after_turns, run_logged, Fault};

/// A future is returned unchanged. It is the same object, so it is still a coroutine.
#[test]
fn maybe_future_of_a_future() {
    let coroutine = gen::maybe_future!(after_turns(1, Ok(7)));
    assert_eq!(gen::Coroutine::name(&coroutine), "after_turns");
    assert_eq!(run_logged(coroutine).0.unwrap(), 7);
}

/// Any other value becomes a future that is ready.
#[test]
fn maybe_future_of_a_value() {
    #[gen::coroutine]
    fn body() -> gen::Result<(u8, &'static str)> {
        let one = yield_!(gen::maybe_future!(1))?;
        let borrowed = String::from("text");
        assert_eq!(yield_!(gen::maybe_future!(&borrowed))?, "text");
        Ok((one, yield_!(gen::maybe_future!("text"))?))
    }
    assert_eq!(run_logged(body()).0.unwrap(), (1, "text"));
}

/// A list of futures is wrapped and not awaited.
#[test]
fn maybe_future_of_a_list() {
    let list: Vec<Ready<u8>> = run_logged(gen::maybe_future!(vec![ready(1)])).0;
    assert_eq!(list[0].clone().into_inner(), 1);
}

/// Accepts the result of `callback()`, whether it is asynchronous or not, which is the use that
/// Tornado names. A failure of either arrives at the yield.
#[test]
fn maybe_future_of_what_a_function_gives() {
    macro_rules! call {
        ($function:expr) => {{
            #[gen::coroutine]
            fn body() -> gen::Result<u32> {
                yield_!(gen::maybe_future!($function))
            }
            run_logged(body()).0.map_err(|error| error.to_string())
        }};
    }
    assert_eq!(call!(7_u32), Ok(7));
    assert_eq!(call!(Ok::<u32, Fault>(7)), Ok(7));
    assert_eq!(call!(Err::<u32, Fault>(Fault("at once"))), Err("at once".to_owned()));
    assert_eq!(call!(after_turns(1, Err(Fault("later")))), Err("later".to_owned()));
}

/// Generic code knows as much as its bounds promise.
#[test]
fn maybe_future_of_a_type_parameter() {
    fn generic<F: Future<Output = u8>>(future: F) -> impl Future<Output = u8> {
        gen::maybe_future!(future)
    }
    assert_eq!(run_logged(generic(ready(7))).0, 7);
}

/// Lists and maps become `multi`, a future stays a future, and a type of the user's is converted by
/// its own implementation.
#[test]
fn convert_yielded_of_all_kinds() {
    struct Query(&'static str);
    impl IntoFuture for Query {
        type Output = Result<usize, Fault>;
        type IntoFuture = Ready<Self::Output>;

        fn into_future(self) -> Self::IntoFuture {
            ready(Ok(self.0.len()))
        }
    }

    let list = gen::convert_yielded!(vec![after_turns(1, Ok(1)), after_turns(0, Ok(2))]);
    assert_eq!(run_logged(list).0.unwrap(), [1, 2]);
    let map = gen::convert_yielded!(BTreeMap::from([("k", after_turns(1, Ok(1)))]));
    assert_eq!(run_logged(map).0.unwrap(), BTreeMap::from([("k", 1)]));
    let failed = gen::convert_yielded!(after_turns(1, Err(Fault("fault"))));
    assert!(run_logged(failed).0.unwrap_err().is::<Fault>());
    let plain = gen::convert_yielded!(ready("no result"));
    assert_eq!(run_logged(plain).0.unwrap(), "no result");
    let mixed = vec![gen::convert_yielded!(Query("abc")), gen::convert_yielded!(ready(4_usize))];
    assert_eq!(run_logged(gen::multi(mixed).join()).0.unwrap(), [3, 4]);
}

/// Tornado starts a native coroutine when it converts it. Here a converted coroutine stays cold.
#[test]
fn rule_61_a_conversion_starts_nothing() {
    let started = std::cell::Cell::new(false);
    let converted = gen::convert_yielded!(async { started.set(true) });
    assert!(!started.get());
    run_logged(converted).0.unwrap();
    assert!(started.get());
}
