//! [`WithLocal`]: a yieldable within a value.

use std::fmt;
use std::marker::PhantomData;

use crate::bindings::{Bind, Bound};
use crate::coroutine::{Frame, FrameKind};
use crate::yieldable::forward_error;
use crate::yieldable::join::joinable;
use crate::Yieldable;

/// A yieldable with the value of a local around it: made by [`Local::with`](crate::Local::with).
/// `B` is the value.
#[must_use = "nothing runs until it is yielded"]
pub struct WithLocal<B, Y> {
    binding: B,
    yieldable: Y,
}

impl<B, Y> WithLocal<B, Y> {
    pub(super) fn new(binding: B, yieldable: Y) -> Self {
        WithLocal { binding, yieldable }
    }
}

/// The kind of a [`WithLocal`] whose yieldable has the kind `M`.
#[derive(Debug)]
pub struct WithinLocal<M>(PhantomData<M>);

impl<B, Y, M, Mode, K> Yieldable<WithinLocal<M>, Mode, K> for WithLocal<B, Y>
where
    B: Bind,
    Y: Yieldable<M, Mode, K>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Bound<Y::Pending, B>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        Bound::new(self.yieldable.into_pending(frame), self.binding)
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `REQUEST.with(..).join().await`.
    ///
    /// ```
    /// gen::local! { static REQUEST: u64; }
    ///
    /// async fn serve() -> gen::Result<Option<u64>> {
    ///     REQUEST.with(7, async { gen::Ok(REQUEST.get()) }).join().await
    /// }
    /// assert_eq!(gen::run_sync(serve()).unwrap(), Some(7));
    /// ```
    ///
    /// # Errors
    ///
    /// The errors of the yieldable. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the yieldable.
    [B, Y] WithLocal<B, Y>
}

forward_error!([B] WithLocal<B, Y>: WithinLocal<M>);

impl<B, Y> fmt::Debug for WithLocal<B, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithLocal").finish_non_exhaustive()
    }
}
