//! `CancelOnDrop`: a handle whose drop cancels the task.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{spawn, JoinHandle};
use crate::error::Throw;
use crate::inject::fixed_order::{self, RefusedKind};
use crate::yieldable::FutureOfResult;
use crate::Result;

impl<T> JoinHandle<T> {
    /// Cancels the task if the handle is dropped before the task has ended.
    ///
    /// Without it, dropping the handle only detaches the task. With it, the task gets the error
    /// [`Cancelled`](crate::Cancelled) with this reason, at the yield where it waits, and may clean
    /// up with further yields. The clean-up goes on where the task runs, although no future waits
    /// for it. An error of the clean-up is logged, since nothing else can receive it.
    ///
    /// ```
    /// use gen::yield_;
    /// use std::{cell::Cell, rc::Rc, time::Duration};
    ///
    /// #[gen::coroutine]
    /// fn upload(rolled_back: Rc<Cell<bool>>) -> gen::Result {
    ///     let end = yield_!(gen::sleep(Duration::from_secs(60)));
    ///     if end.is_err() {
    ///         yield_!(gen::sleep(Duration::from_secs(1)))?;
    ///         rolled_back.set(true);
    ///     }
    ///     end
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<bool> {
    ///     let rolled_back = Rc::new(Cell::new(false));
    ///     let upload = gen::spawn_local(upload(rolled_back.clone()));
    ///     drop(upload.cancel_on_drop("the client went away"));
    ///     yield_!(gen::sleep(Duration::from_secs(2)))?;
    ///     Ok(rolled_back.get())
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert!(io_loop.run_sync(body()).unwrap());
    /// ```
    #[track_caller]
    pub fn cancel_on_drop(self, reason: impl Into<Cow<'static, str>>) -> CancelOnDrop<T> {
        CancelOnDrop { handle: self, reason: reason.into(), by: Location::caller() }
    }
}

/// Waits for a task, and cancels it when dropped: made by [`JoinHandle::cancel_on_drop`].
///
/// It gives the result of the task, with the errors of a [`JoinHandle`].
#[must_use = "dropping it cancels the task"]
pub struct CancelOnDrop<T> {
    handle: JoinHandle<T>,
    reason: Cow<'static, str>,
    by: &'static Location<'static>,
}

impl<T> CancelOnDrop<T> {
    /// Gives the handle back. From now on its drop detaches the task.
    pub fn keep(self) -> JoinHandle<T> {
        let mut this = self;
        std::mem::replace(&mut this.handle, JoinHandle::taken())
    }
}

impl<T> Future for CancelOnDrop<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        Pin::new(&mut self.handle).poll(cx)
    }
}

impl<T> Drop for CancelOnDrop<T> {
    fn drop(&mut self) {
        let reason = std::mem::take(&mut self.reason);
        drop(self.handle.cancel_by(reason, self.by));
    }
}

impl<T> fmt::Debug for CancelOnDrop<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelOnDrop").field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// Runs a coroutine as a task of its own, which is cancelled if this future is dropped.
///
/// It is for code that drops its futures, such as a web server whose client goes away, `select!`
/// and timeouts of other libraries. A future that is dropped can run no more code. A coroutine in
/// here can: it is resumed with [`Cancelled`](crate::Cancelled), and may clean up with further
/// yields.
///
/// The coroutine is started at the first poll, with [`spawn`](crate::spawn).
/// [`JoinHandle::cancel_on_drop`] does the same for a task that runs already, with a reason.
///
/// ```
/// use gen::yield_;
/// use std::sync::mpsc;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn buy(cleaned_up: mpsc::Sender<&'static str>) -> gen::Result {
///     let paid = yield_!(gen::sleep(Duration::from_secs(60)));
///     if paid.is_err() {
///         yield_!(gen::moment())?; // gives the goods back
///         cleaned_up.send("cleaned up")?;
///     }
///     paid
/// }
///
/// let (cleaned_up, seen) = mpsc::channel();
/// let handler = async {
///     let bought = gen::cancel_on_drop(buy(cleaned_up));
///     // The client goes away.
///     let _ = gen::with_timeout(Duration::from_millis(1), bought).join().await;
///     gen::sleep(Duration::from_millis(10)).await
/// };
/// gen::run_sync(handler).unwrap();
/// assert_eq!(seen.try_recv(), Ok("cleaned up"));
/// ```
///
/// # Errors
///
/// Those of the coroutine, of a [`JoinHandle`], and [`NoHost`](crate::NoHost) where no task can be
/// spawned.
///
/// # Cancellation
///
/// A cancellation of the task that waits arrives at its yield, as at that of a handle. The
/// coroutine is cancelled when the future is dropped.
#[track_caller]
pub fn cancel_on_drop<C, T, E, M>(coroutine: C) -> impl Future<Output = Result<T>> + Send
where
    C: FutureOfResult<T, E> + Send,
    C::IntoFuture: Future + Send + 'static,
    T: Send + 'static,
    E: Throw<M>,
    M: 'static,
{
    let by = Location::caller();
    async move {
        // Before the spawn, which would refuse it at a line of this library.
        fixed_order::refuses_call_at(RefusedKind::SpawnedTask, by);
        let handle = spawn(coroutine);
        CancelOnDrop { handle, reason: "the future that ran it was dropped".into(), by }.await
    }
}
