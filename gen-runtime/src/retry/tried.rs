//! [`Tried`]: the context of the last failure.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// The number of tries of a [`retry`](crate::retry) that did not succeed, and their time.
///
/// It is a context of the error of a retry that has tried more than once. So
/// [`Error::is`](crate::Error::is) and [`downcast_ref`](crate::Error::downcast_ref) find it, and
/// the last failure too.
///
/// ```
/// use std::time::Duration;
///
/// let connect = || std::future::ready(Err::<(), _>(std::fmt::Error));
/// let retry = gen::retry([1, 2].map(Duration::from_secs), connect);
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// let error = io_loop.run_sync(retry.join()).unwrap_err();
/// let tried: &gen::Tried = error.downcast_ref().unwrap();
/// assert_eq!((tried.tries(), tried.elapsed().as_secs()), (3, 3));
/// assert!(!tried.was_cancelled() && error.is::<std::fmt::Error>());
/// ```
#[derive(Debug, Clone)]
pub struct Tried {
    pub(super) tries: u32,
    pub(super) was_cancelled: bool,
    pub(super) elapsed: Duration,
}

impl Tried {
    /// How many tries there were, with the last one: at least two.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Whether the last try has ended with a cancellation. Otherwise it has failed.
    #[must_use]
    pub fn was_cancelled(&self) -> bool {
        self.was_cancelled
    }

    /// The time from the first suspension or failure to the end of the last try.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A time that was measured has digits that mean nothing.
        let elapsed = Duration::from_millis(u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX));
        match self.was_cancelled {
            true => write!(f, "cancelled in try {}, after {elapsed:?}", self.tries),
            false => write!(f, "failed {} times in {elapsed:?}", self.tries),
        }
    }
}

impl StdError for Tried {}
