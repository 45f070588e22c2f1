//! [`Acquire`]: the future of a guard or of permits.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::permits::Ticket;
use crate::inject::answering::say;

/// How a guard is made.
pub(super) mod sealed {
    use crate::inject::question::WaitsFor;
    use crate::locks::holders::HolderKey;
    use crate::locks::permits::{Closed, Permits};

    pub trait Grant: Sized {
        /// A pointer to the lock.
        type Spot;
        type Output;

        fn permits(spot: &Self::Spot) -> &Permits;

        /// # Safety
        ///
        /// The permits of that lock were granted to the key: as many as the [`Acquire`] was made
        /// for. The key is not used elsewhere.
        ///
        /// [`Acquire`]: super::Acquire
        unsafe fn granted(spot: Self::Spot, granted: Result<HolderKey, Closed>) -> Self::Output;

        fn waits_for(spot: &Self::Spot) -> WaitsFor;
    }
}

use sealed::Grant;

/// The future of a guard of a lock, or of the permits of a semaphore: made by
/// [`Lock::lock`](crate::sync::Lock::lock), [`RwLock::read`](crate::sync::RwLock::read),
/// [`RwLock::write`](crate::sync::RwLock::write),
/// [`Semaphore::acquire`](crate::sync::Semaphore::acquire), and their siblings.
///
/// It takes its place in line in its first poll. Those in line are served first come, first served.
/// A lock that is given back is handed to the first one in line, and no other task can take it in
/// the meantime.
///
/// # Cancellation
///
/// Dropping it leaves the line. If it was served already, but not polled since, the next one in
/// line is served instead.
///
/// # Panics
///
/// If it is polled after it was ready.
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct Acquire<G: Grant> {
    /// `None` when it is over.
    spot: Option<G::Spot>,
    ticket: Ticket,
}

impl<G: Grant> Acquire<G> {
    #[inline]
    pub(crate) fn new(spot: G::Spot, permits: u32, at: &'static Location<'static>) -> Self {
        Acquire { spot: Some(spot), ticket: Ticket::new(permits, at) }
    }
}

// Nothing points into it.
impl<G: Grant> Unpin for Acquire<G> {}

impl<G: Grant> Future for Acquire<G> {
    type Output = G::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<G::Output> {
        let Acquire { spot, ticket } = &mut *self;
        let Some(lock) = spot.as_ref() else { panic!("a lock was polled after it was taken") };
        let Poll::Ready(granted) = G::permits(lock).poll(ticket, cx.waker()) else {
            let this = &*self;
            this.spot.iter().for_each(|lock| say(this, cx.waker(), 1, |_| G::waits_for(lock)));
            return Poll::Pending;
        };
        match spot.take() {
            // SAFETY: the permits are those of this lock, and have granted what the ticket asks
            // for.
            Some(lock) => Poll::Ready(unsafe { G::granted(lock, granted) }),
            None => Poll::Pending,
        }
    }
}

impl<G: Grant> Drop for Acquire<G> {
    #[inline]
    fn drop(&mut self) {
        if let Some(lock) = &self.spot {
            G::permits(lock).cancel(&self.ticket);
        }
    }
}

impl<G: Grant> fmt::Debug for Acquire<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").field("is_over", &self.spot.is_none()).finish_non_exhaustive()
    }
}
