//! T17: other attributes beside ours, above and below, and traits whose methods are not coroutines.

use std::future::Future;

use gen::yield_;
use macro_behaviour::{drive, later};

/// Documented.
#[inline]
#[gen::coroutine]
#[doc = "Twice."]
#[cfg(not(any()))]
#[must_use = "or else"]
fn with_built_in_attributes() -> u8 {
    yield_!(later(1)).unwrap()
}

#[gen::coroutine]
#[cfg(any())]
fn configured_away() -> Missing {}

#[cfg_attr(not(any()), gen::coroutine)]
#[cold]
#[deprecated = "for the test"]
fn configured_attribute() -> u8 {
    yield_!(later(2)).unwrap()
}

#[test]
#[allow(deprecated)]
fn t17_built_in_attributes_stay() {
    assert_eq!(drive(with_built_in_attributes()), 1);
    assert_eq!(drive(configured_attribute()), 2);
}

trait Native {
    async fn native(&self, n: u8) -> u8;
    fn desugared(&self, n: u8) -> impl Future<Output = u8>;
}

struct Unit;

impl Native for Unit {
    #[gen::coroutine]
    fn native(&self, n: u8) -> u8 {
        yield_!(later(n)).unwrap()
    }

    #[gen::coroutine]
    fn desugared(&self, n: u8) -> u8 {
        yield_!(later(n)).unwrap()
    }
}

#[test]
fn t17_an_async_method_of_a_trait_may_be_implemented_by_a_coroutine() {
    fn sum<N: Native>(native: &N) -> u8 {
        drive(native.native(1)) + drive(native.desugared(2))
    }
    assert_eq!(sum(&Unit), 3);
}

#[async_trait::async_trait]
trait Boxed {
    async fn boxed(&self, n: u8) -> u8;

    #[gen::coroutine]
    fn beside(&self, n: u8) -> u8
    where
        Self: Sized,
    {
        yield_!(later(n)).unwrap()
    }

    #[gen::coroutine(dyn)]
    fn erased(&self, n: u8) -> u8;
}

#[async_trait::async_trait]
impl Boxed for Unit {
    async fn boxed(&self, n: u8) -> u8 {
        drive(self.beside(n)) + self.erased(n).await
    }

    #[gen::coroutine(dyn)]
    fn erased(&self, n: u8) -> u8 {
        yield_!(later(n)).unwrap()
    }
}

#[test]
fn t17_async_trait_may_have_coroutines_beside_it() {
    let object: &dyn Boxed = &Unit;
    assert_eq!(drive(object.boxed(1)), 2);
    assert_eq!(drive(object.erased(1)), 1);
}

#[gen::coroutine]
fn lint_attributes_of_arguments(
    #[allow(unused_variables)] unused: u8,
    #[expect(unused_mut)] mut unmutated: u8,
) -> u8 {
    unmutated
}

#[test]
fn t17_lint_levels_of_arguments_apply_to_the_body() {
    assert_eq!(drive(lint_attributes_of_arguments(1, 2)), 2);
}

/// An attribute that requires an `async fn` gets one around the coroutine.
mod runners {
    use std::time::Duration;

    use axum::response::IntoResponse;
    use cached::proc_macro::cached;
    use gen::yield_;
    use macro_behaviour::{drive, later};

    #[gen::coroutine]
    #[test]
    #[should_panic(expected = "in the body")]
    fn t17_a_test_runs_the_coroutine() {
        yield_!(gen::moment()).unwrap();
        panic!("in the body");
    }

    /// A test fails if it returns an error.
    #[gen::coroutine]
    #[test]
    fn t17_a_test_may_return_a_result() -> gen::Result {
        yield_!(later(1)).map(drop)
    }

    #[gen::coroutine(boxed)]
    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "an hour later")]
    fn t17_a_test_of_tokio_runs_the_coroutine() {
        let started = tokio::time::Instant::now();
        yield_!(tokio::time::sleep(Duration::from_secs(3600))).unwrap();
        assert!(started.elapsed() >= Duration::from_secs(3600));
        panic!("an hour later");
    }

    /// A type in the body has its own `Self`.
    #[gen::coroutine]
    #[tokio::test]
    fn t17_a_test_of_tokio_has_types_of_its_own() {
        struct Number(u8);
        impl Number {
            fn new(n: u8) -> Self {
                Self(n)
            }
        }
        let Number(n) = Number::new(yield_!(later(1)).unwrap());
        assert_eq!(n, 1);
    }

    #[gen::coroutine]
    #[cached]
    fn names_that_collide((r#type,): (u32,), (type_,): (u32,), _: u32, (_arg2,): (u32,)) -> u32 {
        yield_!(later(r#type + type_ + _arg2)).unwrap()
    }

    #[test]
    fn t17_arguments_that_are_patterns_have_different_names() {
        assert_eq!(drive(names_that_collide((1,), (20,), 300, (4000,))), 4021);
    }

    mod main_function {
        use super::*;

        #[gen::coroutine]
        #[tokio::main(flavor = "current_thread")]
        pub(super) fn main() -> gen::Result<u32> {
            let runtime = yield_!(async { tokio::runtime::Handle::try_current().is_ok() })?;
            yield_!(later(u32::from(runtime)))
        }
    }

    #[test]
    fn t17_main_of_tokio_runs_the_coroutine() {
        assert_eq!(main_function::main().unwrap(), 1);
    }

    #[gen::coroutine]
    #[axum::debug_handler]
    fn handler(axum::extract::RawQuery(query): axum::extract::RawQuery, mut body: String) -> String {
        body += &yield_!(later(query.unwrap_or_default())).unwrap();
        body
    }

    #[test]
    fn t17_a_handler_that_axum_looks_at_is_a_coroutine() {
        fn is_handler<T>(_: impl axum::handler::Handler<T, ()>) {}
        is_handler(handler);
        let query = axum::extract::RawQuery(Some(String::from("b")));
        assert_eq!(drive(handler(query, String::from("a"))), "ab");
        assert!(!drive(handler(axum::extract::RawQuery(None), String::new()))
            .into_response()
            .status()
            .is_server_error());
    }

    thread_local!(static CALLS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });

    #[gen::coroutine]
    #[cached]
    fn doubled(n: u32) -> u32 {
        CALLS.set(CALLS.get() + 1);
        2 * yield_!(later(n)).unwrap()
    }

    #[test]
    fn t17_what_a_coroutine_returns_is_cached() {
        let answers = [drive(doubled(2)), drive(doubled(2)), drive(doubled(3))];
        assert_eq!((answers, CALLS.get()), ([4, 4, 6], 2));
    }
}
