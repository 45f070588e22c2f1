//! [`retry`] and [`repeat`]: a yieldable that is made again and again.
//!
//! A schedule is an iterator of the waits between the tries. So the policies of other crates fit as
//! they are, and so does an array.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`retry`]: until a try succeeds |
//! | `pending.rs` | its future |
//! | `repeat.rs` | [`repeat`]: until a try fails, or the schedule ends |
//! | `tries.rs` | one try after another, and the waits between them: for both |
//! | `tried.rs` | [`Tried`]: how many tries there were, in the error of the last one |
//! | `backoff.rs` | [`backoff`], a schedule of growing waits |
//!
//! | event | [`retry`] | [`repeat`] |
//! |---|---|---|
//! | a try succeeds | its value is the result | the next wait; the result, if there is none |
//! | a try fails | the next wait; the failure, if there is none, or it is not to be retried | the failure |
//! | a cancellation arrives in a try | goes to the try, and no further one begins | the same |
//! | a cancellation arrives in a wait | the yield fails with it | the same |

mod backoff;
mod pending;
mod repeat;
mod tried;
mod tries;

use std::time::Duration;

pub use self::backoff::{backoff, Backoff};
use self::pending::Retrying;
pub use self::repeat::{repeat, Repeat};
pub use self::tried::Tried;
pub use self::tries::Retried;
use crate::coroutine::{Frame, FrameKind};
use crate::error::Error;
use crate::yieldable::join::joinable;
use crate::yieldable::HasError;
use crate::Yieldable;

/// Tries again what has failed, after a wait.
///
/// `make` makes the yieldable of each try. `schedule` gives the waits between the tries: an array,
/// a [`backoff`], the iterator that a builder of the crate `backon` builds, or any other iterator
/// of [`Duration`]s. When it ends, there is no further try. A schedule of `n` waits allows
/// `n + 1` tries.
///
/// ```
/// use gen::yield_;
/// use std::cell::Cell;
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn fetch(failures: &Cell<u32>) -> gen::Result<&'static str> {
///     yield_!(gen::moment())?;
///     match failures.get() {
///         0 => Ok("page"),
///         left => {
///             failures.set(left - 1);
///             gen::bail!("the server is busy")
///         }
///     }
/// }
///
/// #[gen::coroutine]
/// fn body() -> gen::Result {
///     let failures = Cell::new(2);
///     let schedule = gen::backoff(Duration::from_millis(50)).jitter().take(5);
///     let page = yield_!(gen::retry(schedule, || fetch(&failures)))?;
///     assert_eq!(page, "page");
///     Ok(())
/// }
/// gen::IoLoop::with_clock(gen::VirtualClock::new()).run_sync(body()).unwrap();
/// ```
///
/// [`when`](Retry::when) says which errors are retried, [`notify`](Retry::notify) gets each of the
/// failures, and [`within`](Retry::within) limits the time. A limit for each try is a
/// [`with_timeout`](crate::with_timeout) in `make`.
///
/// # Errors
///
/// The error of the last try. If there was more than one, its context is a [`Tried`], which says
/// how many there were and how long they took, and the errors of the tries before are its
/// [others](Error::others), where the first try is `[1]`. Only the last 16
/// are kept, since a schedule may have no end. If a try succeeds, the errors before it are dropped,
/// and only [`notify`](Retry::notify) has seen them. They are dropped, too, if a
/// [`with_timeout`](crate::with_timeout) around the whole gives its own error; that of
/// [`within`](Retry::within) has them.
///
/// [`NoHost`](crate::NoHost) if it has to wait where there is no timer.
///
/// # Panics
///
/// A panic is never retried: a panic of a try, or of one of the closures, is a panic of the yield.
///
/// # Cancellation
///
/// A cancellation is never retried. In a try it goes to the yieldable, which may clean up; whatever
/// the try ends with then is the result. In a wait the yield fails with it. Dropping the yield
/// drops the try. A try that fails with [`Cancelled`](crate::Cancelled), since the task for which
/// it waits was cancelled, is not retried either, and [`when`](Retry::when) is not asked.
///
/// # Outside a coroutine
///
/// [`join`](Retry::join) makes a future of it: `gen::retry(..).join().await`.
#[doc(alias("backoff", "attempts"))]
pub fn retry<S, F>(schedule: S, make: F) -> Retry<S, F> {
    Retry { schedule, make, when: always, notify: ignore, within: None }
}

fn always(_: &Error) -> bool {
    true
}

fn ignore(_: &Error, _: u32, _: Duration) {}

/// A yieldable that is tried again when it fails: made by [`retry`].
#[derive(Debug, Clone)]
#[must_use = "nothing runs until it is yielded"]
pub struct Retry<S, F, W = fn(&Error) -> bool, N = fn(&Error, u32, Duration)> {
    schedule: S,
    make: F,
    when: W,
    notify: N,
    within: Option<Duration>,
}

impl<S, F, W, N> Retry<S, F, W, N> {
    /// Retries only errors for which `when` returns `true`. Any other one is the result at once.
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    /// use std::time::Duration;
    ///
    /// let mut tries = 0;
    /// let open = || {
    ///     tries += 1;
    ///     std::future::ready(Err::<(), _>(Error::from(ErrorKind::PermissionDenied)))
    /// };
    /// let is_interrupted = |error: &gen::Error| {
    ///     let error = error.downcast_ref::<Error>();
    ///     error.is_some_and(|error| error.kind() == ErrorKind::Interrupted)
    /// };
    /// let schedule = [Duration::from_secs(1); 3];
    /// let opened = gen::run_sync(gen::retry(schedule, open).when(is_interrupted).join());
    /// assert!(opened.is_err());
    /// assert_eq!(tries, 1);
    /// ```
    pub fn when<When>(self, when: When) -> Retry<S, F, When, N>
    where
        When: FnMut(&Error) -> bool,
    {
        let Retry { schedule, make, notify, within, .. } = self;
        Retry { schedule, make, when, notify, within }
    }

    /// Calls `notify` with each error that is going to be retried, the number of the try that has
    /// failed, counted from 1, and the wait until the next one.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let mut log = Vec::new();
    /// let connect = || std::future::ready(Err::<(), _>(gen::Error::new("refused")));
    /// let schedule = [1, 2].map(Duration::from_secs);
    /// let connected = gen::retry(schedule, connect)
    ///     .notify(|error, number, wait| log.push(format!("{number}: {error}, {wait:?}")));
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let error = io_loop.run_sync(connected.join()).unwrap_err();
    /// assert_eq!(log, ["1: refused, 1s", "2: refused, 2s"]);
    /// assert_eq!(format!("{error:#}"), "failed 3 times in 3s: refused");
    /// ```
    pub fn notify<Notify>(self, notify: Notify) -> Retry<S, F, W, Notify>
    where
        Notify: FnMut(&Error, u32, Duration),
    {
        let Retry { schedule, make, when, within, .. } = self;
        Retry { schedule, make, when, notify, within }
    }

    /// Begins no wait that would end later than `total` after the first suspension or failure.
    ///
    /// The failure before such a wait is the result, without waiting. A try that is running is not
    /// disturbed; `gen::with_timeout(total, gen::retry(..))` would drop it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let connect = || std::future::ready(Err::<(), _>(gen::Error::new("refused")));
    /// let seconds = std::iter::repeat(Duration::from_secs(1));
    /// let retry = gen::retry(seconds, connect).within(Duration::from_millis(2500));
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let error = io_loop.run_sync(retry.join()).unwrap_err();
    /// assert_eq!(error.to_string(), "failed 3 times in 2s");
    /// ```
    pub fn within(self, total: Duration) -> Self {
        Retry { within: Some(total), ..self }
    }
}

impl<S, F, W, N, Y, M, Mode, K> Yieldable<Retried<M>, Mode, K> for Retry<S, F, W, N>
where
    S: IntoIterator<Item = Duration>,
    F: FnMut() -> Y,
    W: FnMut(&Error) -> bool,
    N: FnMut(&Error, u32, Duration),
    Y: Yieldable<M, Mode>,
    K: FrameKind,
{
    type Output = Y::Output;
    type Pending = Retrying<S::IntoIter, F, W, N, Y::Pending, (M, Mode)>;

    fn into_pending(self, _: &Frame<K>) -> Self::Pending {
        let Retry { schedule, make, when, notify, within } = self;
        Retrying::new(schedule.into_iter(), make, when, notify, within)
    }
}

joinable! {
    /// Makes a future of it, for use outside a coroutine: `gen::retry(..).join().await`.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::time::Duration;
    ///
    /// async fn connect(tries: &Cell<u32>) -> gen::Result<u32> {
    ///     tries.set(tries.get() + 1);
    ///     gen::ensure!(tries.get() == 3, "refused");
    ///     Ok(tries.get())
    /// }
    ///
    /// let tries = Cell::new(0);
    /// let connected = gen::retry([Duration::from_secs(1); 5], || connect(&tries)).join();
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// assert_eq!(io_loop.run_sync(connected).unwrap(), 3);
    /// ```
    ///
    /// # Errors
    ///
    /// The same as those of the yield. Their trace does not name this future, because only a
    /// `yield_!` has a position.
    ///
    /// # Cancellation
    ///
    /// A cancellation of the task that awaits the future goes to the try that is running. Dropping
    /// the future drops the try.
    [S, F, W, N] Retry<S, F, W, N>
}

impl<S, F, W, N, Y, M> HasError<Retried<M>> for Retry<S, F, W, N>
where
    S: IntoIterator<Item = Duration>,
    F: FnMut() -> Y,
    Y: HasError<M>,
{
    type Err = Y::Err;
    type Value = Y::Value;
}
