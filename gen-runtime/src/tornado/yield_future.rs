//! `YieldFuture`: Tornado's yield point for a future.

use std::future::IntoFuture;

/// A future to yield, which is the same as yielding the future itself.
///
/// Tornado needs it to mix futures with yield points. Here they can be mixed without it. It exists
/// so that code that is ported from Tornado need not change.
///
/// ```
/// use gen::{yield_, Callback, Wait, YieldFuture};
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn mixed() -> gen::Result<u32> {
///     yield_!(Callback::<u32>::new("k"))?.call(40);
///     let wait = Wait::<u32>::new("k");
///     let (one, other) = yield_!((wait, YieldFuture::new(ready(2))))?;
///     Ok(one + other)
/// }
/// assert_eq!(gen::run_sync(mixed()).unwrap(), 42);
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct YieldFuture<F> {
    future: F,
}

impl<F: IntoFuture> YieldFuture<F> {
    /// Wraps a future.
    pub fn new(future: F) -> Self {
        YieldFuture { future }
    }
}

impl<F: IntoFuture> IntoFuture for YieldFuture<F> {
    type Output = F::Output;
    type IntoFuture = F::IntoFuture;

    fn into_future(self) -> Self::IntoFuture {
        self.future.into_future()
    }
}
