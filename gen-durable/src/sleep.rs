//! [`sleep`]: time that also passes while no process runs.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use crate::core::Core;
use crate::journal::{Command, Outcome, What};
use crate::leaf::Leaf;
use crate::place::Place;

/// Sleeps until a deadline that is in the journal.
///
/// The deadline is a time of the day, so the sleep goes on while no process runs. A run that begins
/// after the deadline does not sleep. If several deadlines have passed meanwhile, they count in
/// their order.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{sleep, MemoryJournal, Records};
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn remind() -> gen::Result<&'static str> {
///     yield_!(sleep(Duration::from_secs(7 * 86_400)))?;
///     Ok("a week later")
/// }
/// // On a virtual clock a week passes at once.
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// let run = gen_durable::run(remind(), MemoryJournal::new(&Records::new()));
/// assert_eq!(io_loop.run_sync(run).unwrap(), "a week later");
/// ```
///
/// The time counts from the first poll, rounded up to milliseconds.
///
/// # Without a journal
///
/// It is [`gen::sleep`](gen::sleep()).
///
/// # Errors
///
/// [`NoHost`](gen::NoHost) where no timer can be had. With a journal it ends the driver.
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    Sleep::new(What::Sleep(millis(duration)), duration)
}

/// The future of a [`sleep`](fn@sleep).
#[derive(Debug)]
#[must_use = "nothing waits until it is yielded"]
pub struct Sleep {
    command: Command,
    duration: Duration,
    state: State,
}

#[derive(Debug)]
enum State {
    New,
    Plain(Pin<Box<gen::Sleep>>),
    Recorded(Leaf),
}

impl Sleep {
    /// A sleep that a retry issues, whose step is at that line.
    pub(crate) fn at(duration: Duration, at: Place) -> Self {
        let command = Command { what: What::Sleep(millis(duration)), at };
        Sleep { command, duration, state: State::New }
    }

    #[track_caller]
    pub(crate) fn new(what: What, duration: Duration) -> Self {
        let command = Command { what, at: Location::caller().into() };
        Sleep { command, duration, state: State::New }
    }

    /// Counts the time from now on, unless it did before.
    pub(crate) fn begin(&mut self, cx: &Context<'_>) {
        if let State::New = self.state {
            self.state = match Core::current() {
                None => State::Plain(Box::pin(gen::sleep(self.duration))),
                Some(core) => State::Recorded(Leaf::issue(core, &self.command, None, cx)),
            };
        }
    }

    /// Says to a dump that it is pending, with a journal.
    pub(crate) fn say(&self, cx: &Context<'_>, what: &str) {
        if let State::Recorded(_) = self.state {
            gen::drive::say(self, cx, || format!("{what} of {:?} at {}", self.duration, self.command.at));
        }
    }

    /// Polls it, and says nothing of it to a dump.
    pub(crate) fn poll_silently(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result> {
        self.begin(cx);
        let outcome = match &mut self.state {
            State::New => return Poll::Pending,
            State::Plain(sleep) => {
                let polled = sleep.as_mut().poll(cx);
                if polled.is_pending() {
                    gen::drive::say_boxed(&*sleep, &**sleep, cx);
                }
                return polled;
            }
            State::Recorded(leaf) => ready!(leaf.poll(cx)),
        };
        Poll::Ready(match outcome {
            Outcome::Value(_) => Ok(()),
            Outcome::Failed(failed) => Err(failed.into()),
        })
    }
}

impl Future for Sleep {
    type Output = gen::Result;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result> {
        let polled = self.poll_silently(cx);
        if polled.is_pending() {
            self.say(cx, "a durable sleep");
        }
        polled
    }
}

/// Rounds up, so that it never is shorter.
pub(crate) fn millis(duration: Duration) -> u64 {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    u64::try_from(millis).unwrap_or(u64::MAX)
}
