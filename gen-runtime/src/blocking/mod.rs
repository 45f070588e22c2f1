//! `gen::blocking`: a closure that blocks runs on a thread of a pool.
//!
//! | file | what it holds |
//! |---|---|
//! | `call.rs` | a call: its outcome, and the thread that brings it |
//! | `pool.rs` | the pool that takes a call |
//!
//! # How both modes are served
//!
//! The value of the closure may be a `Result`, which a yield opens in one mode and gives unchanged
//! in the other. A call may also fail without a value. So a call has two futures. The inner one,
//! [`Returned`], has the value as its output, and a yield treats it like any other future with that
//! output. The outer one, [`Finished`], polls it, and adds the failures.

// Without a pool no closure runs.
#[cfg_attr(any(loom, not(any(feature = "tokio", feature = "blocking"))), allow(dead_code))]
mod call;
mod pool;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use self::call::{begin, Call, Returned};
use crate::bindings::within_inherited;
use crate::coroutine::{Frame, FrameKind};
use crate::executor::host;
use crate::inject::fixed_order::{self, RefusedKind};
use crate::io_loop::IoLoop;
use crate::yieldable::join::joinable;
use crate::yieldable::HasError;
use crate::{Result, Yieldable};

/// Runs a closure that blocks on a thread of a pool, so that this thread does not stop for it.
///
/// The call starts the closure. Yielded, it gives the closure's value. If that is a `Result`, its
/// error arrives at the yield, as with any future.
///
/// ```
/// # #[cfg(feature = "blocking")] {
/// use gen::yield_;
///
/// #[gen::coroutine]
/// fn names() -> gen::Result<usize> {
///     let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
///     let text = yield_!(gen::blocking(move || std::fs::read_to_string(manifest)))?;
///     let is_name = |line: &&str| line.starts_with("name");
///     yield_!(gen::blocking(move || text.lines().filter(is_name).count()))
/// }
/// assert!(gen::run_sync(names()).unwrap() > 0);
///
/// // Several at once.
/// fn read(name: &'static str) -> gen::Blocking<std::io::Result<String>> {
///     gen::blocking(move || std::fs::read_to_string(name))
/// }
///
/// #[gen::coroutine]
/// fn read_all() -> gen::Result<Vec<String>> {
///     yield_!(vec![read("/no/such/file"), read("/nor/this/one")])
/// }
/// let error = gen::run_sync(read_all()).unwrap_err();
/// assert!(error.is::<std::io::Error>());
/// # }
/// ```
///
/// # Where it runs
///
/// | where | the pool |
/// |---|---|
/// | where a runtime of tokio is entered, with the feature `tokio` | that of the runtime, as by `tokio::task::spawn_blocking` |
/// | elsewhere, with the feature `blocking` or `smol` | that of the crate `blocking`, which belongs to the process |
///
/// While a loop with a [`VirtualClock`](crate::VirtualClock) waits for the closure, its time stands
/// still, as with a [`KeepAlive`](crate::KeepAlive). So a timeout around the call does not expire
/// in a test.
///
/// The closure sees the [locals](crate::Local) that a task would inherit at the call, and
/// [`time_left`](crate::time_left). The deadline inside is on the real clock, whatever the clock
/// of the loop is: the time that was left at the call passes in real time there.
///
/// # Errors
///
/// - the error of the closure, if its value is a `Result`;
/// - [`Panicked`](crate::Panicked) if the closure panics;
/// - [`NoHost`](crate::NoHost) if there is no pool, with the feature to enable;
/// - [`LoopClosed`](crate::LoopClosed) if the runtime of tokio is shut down before it has begun the
///   closure.
///
/// A panic whose call is not yielded is logged.
///
/// # Cancellation
///
/// A cancellation, a timeout or a drop ends the wait, but not the closure: nothing can stop a
/// thread. The closure runs to its end, and its value is dropped.
///
/// # Outside a coroutine
///
/// [`join`](Blocking::join) makes a future of it: `gen::blocking(..).join().await`.
#[track_caller]
#[doc(alias("spawn_blocking", "unblock", "to_thread", "run_in_executor", "run_on_executor"))]
pub fn blocking<F, T>(closure: F) -> Blocking<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let keep_alive = IoLoop::current().map(|current| current.remote().keep_alive());
    let (worker, call) = begin(keep_alive);
    if fixed_order::refuses_call(RefusedKind::BlockingCall) {
        return Blocking { call };
    }
    let inherited = host::to_inherit_elsewhere();
    pool::start(worker, move || within_inherited(inherited.as_ref(), closure));
    Blocking { call }
}

/// Waits for a closure on another thread: made by [`blocking()`].
#[must_use = "the closure runs, but its value and its error are lost unless it is yielded"]
pub struct Blocking<T> {
    call: Arc<Call<T>>,
}

/// The kind of a [`blocking()`] whose value, as the output of a future, has the kind `M`.
#[derive(Debug)]
pub struct Blocked<M>(PhantomData<M>);

impl<T, M, Mode, K> Yieldable<Blocked<M>, Mode, K> for Blocking<T>
where
    Returned<T>: Yieldable<M, Mode, K>,
    K: FrameKind,
{
    type Output = <Returned<T> as Yieldable<M, Mode, K>>::Output;
    type Pending = Finished<T, <Returned<T> as Yieldable<M, Mode, K>>::Pending>;

    fn into_pending(self, frame: &Frame<K>) -> Self::Pending {
        let returned = Returned::of(&self.call);
        Finished { returned: returned.into_pending(frame), call: self.call }
    }
}

impl<T, M> HasError<Blocked<M>> for Blocking<T>
where
    Returned<T>: HasError<M>,
{
    type Err = <Returned<T> as HasError<M>>::Err;
    type Value = <Returned<T> as HasError<M>>::Value;
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::blocking(..).join().await`.
    ///
    /// The value must be a `Result`. For any other value, and to keep a `Result` unchanged, write
    /// `gen::raw(gen::blocking(..)).join().await`.
    ///
    /// ```
    /// # #[cfg(feature = "blocking")] {
    /// async fn sum() -> gen::Result<u64> {
    ///     let seven: u64 = gen::blocking(|| "7".parse()).join().await?;
    ///     let eight = gen::raw(gen::blocking(|| 8)).join().await?;
    ///     Ok(seven + eight)
    /// }
    /// assert_eq!(gen::block_on(sum()).unwrap(), 15);
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`blocking()`]. Their trace does not name this future, because only a `yield_!` has
    /// a position.
    ///
    /// # Cancellation
    ///
    /// Dropping the future does not stop the closure.
    [T] Blocking<T>
}

impl<T> fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}

pin_project! {
    /// The pending future of a [`blocking()`].
    pub struct Finished<T, P> {
        #[pin]
        returned: P,
        call: Arc<Call<T>>,
    }
}

impl<T, P, U> Future for Finished<T, P>
where
    P: Future<Output = Result<U>>,
{
    type Output = Result<U>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<U>> {
        let this = self.project();
        if let Poll::Ready(result) = this.returned.poll(cx) {
            return Poll::Ready(result);
        }
        // A failure after that poll, which has left its waker, is found here or wakes it.
        match this.call.take_failure() {
            Some(error) => Poll::Ready(Err(error)),
            None => Poll::Pending,
        }
    }
}
