//! `YieldFuture`: a future, by the name that it has among yield points.

use std::future::IntoFuture;

/// A future as something to yield: the same as yielding the future itself.
///
/// Tornado needs it where futures and yield points are mixed; here they mix by themselves. It is kept so that code that was brought over reads as it did.
///
/// ```
/// use gen::{yield_, Callback, Wait, YieldFuture};
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn mixed() -> gen::Result<u32> {
///     yield_!(Callback::<u32>::new("k"))?.call(40);
///     let (one, other) = yield_!((Wait::<u32>::new("k"), YieldFuture::new(ready(2))))?;
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
    /// Of a future.
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
