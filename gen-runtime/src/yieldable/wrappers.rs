//! `gen::raw` and `gen::ok`: outputs as they are, and outputs that cannot fail.

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

/// Marks [`raw`] yieldables of an `M`.
#[derive(Debug)]
pub struct RawMarked<M>(PhantomData<M>);

/// A yieldable whose outputs are handed over untouched: made by [`raw`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct RawOutputs<Y> {
    yieldable: Y,
}

/// Yields something with its outputs untouched: a `Result` is not opened, its error does not arrive at the yield.
///
/// In a list it gives each child's own `Result`; none fails the whole. Beside others in a tuple it says so of one element.
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

// In every mode: it cannot fail itself, so it goes with what can fail and with what cannot.
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
    /// The future of the untouched outputs, for use outside a coroutine: `gen::raw(..).join().await`.
    ///
    /// ```
    /// use std::future::ready;
    /// use std::num::ParseIntError;
    ///
    /// async fn both() -> gen::Result<Vec<Result<u8, ParseIntError>>> {
    ///     gen::raw(vec![ready("1".parse::<u8>()), ready("x".parse::<u8>())]).join().await
    /// }
    /// assert!(gen::run_sync(both()).unwrap()[1].is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// As of the yield: none of the outputs' own.
    ///
    /// # Cancellation
    ///
    /// As of the yield: dropping it drops what it waits for.
    [Y] RawOutputs<Y>
}

pin_project_lite::pin_project! {
    /// A future that resolves to `Ok` of another one's output: made by [`ok`].
    #[must_use = "futures do nothing unless yielded or awaited"]
    pub struct OkFuture<F> {
        #[pin]
        future: Whole<F>,
    }
}

/// Makes a future of a [`gen::Result`](Result) of any future, for functions that want one, such as [`spawn`](crate::spawn).
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
