//! `gen::raw`, which keeps outputs unchanged, and `gen::ok`, for futures that cannot fail.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::future::Whole;
use super::join::joinable;
use super::modes::Raw;
use super::Yieldable;
use crate::coroutine::{Frame, FrameKind};
use crate::Result;

/// The kind of a [`raw`] whose yieldable has the kind `M`.
#[derive(Debug)]
pub struct RawMarked<M>(PhantomData<M>);

/// A yieldable whose outputs the yield gives unchanged: made by [`raw`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct RawOutputs<Y> {
    yieldable: Y,
}

/// Keeps outputs unchanged: a `Result` is not opened, and its error does not arrive at the yield.
///
/// Of a list, the yield gives the `Result` of each child, and no child makes the yield fail. In a
/// tuple, `raw` can stand around single elements.
///
/// Outside a coroutine, `gen::raw(..).join()` makes a future of it.
///
/// ```
/// use gen::yield_;
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn both() -> gen::Result<Vec<Result<u8, std::num::ParseIntError>>> {
///     yield_!(gen::raw(vec![ready("1".parse::<u8>()), ready("x".parse::<u8>())]))
/// }
/// let both = gen::run_sync(both()).unwrap();
/// assert_eq!(both[0], Ok(1));
/// assert!(both[1].is_err());
/// ```
pub fn raw<Y>(yieldable: Y) -> RawOutputs<Y> {
    RawOutputs { yieldable }
}

// In every mode, so that it can be mixed with futures that can fail and with futures that cannot.
impl<Y, M, Mode, K> Yieldable<RawMarked<M>, Mode, K> for RawOutputs<Y>
where
    Y: Yieldable<M, Raw, K>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Y::Pending;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        self.yieldable.into_pending(frame)
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::raw(..).join().await`.
    ///
    /// ```
    /// use std::future::ready;
    /// use std::num::ParseIntError;
    ///
    /// async fn both() -> gen::Result<Vec<Result<u8, ParseIntError>>> {
    ///     let both = vec![ready("1".parse::<u8>()), ready("x".parse::<u8>())];
    ///     gen::raw(both).join().await
    /// }
    /// assert!(gen::run_sync(both()).unwrap()[1].is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Only errors that do not come from the outputs.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops its children.
    [Y] RawOutputs<Y>
}

pin_project_lite::pin_project! {
    /// A future that resolves to `Ok` of the output of another future: made by [`ok`].
    #[must_use = "futures do nothing unless yielded or awaited"]
    pub struct OkFuture<F> {
        #[pin]
        future: Whole<F>,
    }
}

/// Makes a future that resolves to `Ok` of the output of another future.
///
/// It is for functions that take a future of a [`gen::Result`](Result), such as
/// [`spawn`](crate::spawn), and for lists and tuples with other futures that can fail.
///
/// ```
/// use std::future::ready;
///
/// assert_eq!(gen::run_sync(gen::ok(ready(7))).unwrap(), 7);
/// ```
pub fn ok<F: IntoFuture<IntoFuture = P>, P: Future>(future: F) -> OkFuture<P> {
    OkFuture { future: Whole::new(future.into_future()) }
}

impl<F: Future> Future for OkFuture<F> {
    type Output = Result<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(cx)
    }
}
