//! [`now`]: the time of the day, which a replay sees again.

use std::future::Future;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::SystemTime;

use crate::clock;
use crate::command_future::CommandFuture;
use crate::error::StepFailed;
use crate::journal::What;
use crate::step::decoded;

/// Reads the clock, and keeps the time in the journal: a replay gives the same time.
///
/// It is the clock of the deadlines of [`sleep`](fn@crate::sleep), in milliseconds. Within a run it
/// never goes back, also if the clock of the system does, or if the run goes on on another machine.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{now, sleep, MemoryJournal, Records};
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn measured() -> gen::Result<Duration> {
///     let began = yield_!(now())?;
///     yield_!(sleep(Duration::from_secs(60)))?;
///     Ok(yield_!(now())?.duration_since(began)?)
/// }
/// let records = Records::new();
/// let run = || gen_durable::run(measured(), MemoryJournal::new(&records));
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// let passed = io_loop.run_sync(run()).unwrap();
/// assert!(passed >= Duration::from_secs(60));
/// assert_eq!(io_loop.run_sync(run()).unwrap(), passed);
/// ```
///
/// # Without a journal
///
/// It is the time of the system. On a virtual clock the time that has passed on it counts, too.
///
/// # Errors
///
/// Only an entry of the journal that is no time.
#[track_caller]
pub fn now() -> Now {
    Now(CommandFuture::new(What::Now))
}

/// The future of a [`now`](fn@now).
#[derive(Debug)]
#[must_use = "nothing happens until it is yielded"]
pub struct Now(CommandFuture);

impl Future for Now {
    type Output = gen::Result<SystemTime>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<SystemTime>> {
        let Some(outcome) = ready!(self.0.poll(cx)) else { return Poll::Ready(Ok(clock::time_of_day())) };
        let millis = decoded(outcome, || "the recorded time is no time".to_owned());
        let time = millis.and_then(|millis| {
            clock::time_of(millis).ok_or_else(|| StepFailed::new("the recorded time is too late"))
        });
        Poll::Ready(time.map_err(gen::Error::from))
    }
}
