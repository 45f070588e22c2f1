//! T17: other attributes beside ours, on either side of it, and traits whose methods were no coroutines.

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

#[tracing::instrument(skip(n))]
#[gen::coroutine]
fn instrumented_above(n: u8) -> gen::Result<u8> {
    yield_!(later(n))
}

#[gen::coroutine]
#[tracing::instrument]
fn instrumented_below(n: u8) -> u8 {
    yield_!(later(n)).unwrap()
}

/// Below ours it sees the call that makes the coroutine, not its body.
#[test]
fn t17_tracing_may_stand_above_or_below() {
    assert_eq!(drive(instrumented_above(1)).unwrap(), 1);
    assert_eq!(drive(instrumented_below(1)), 1);
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
