//! [`Retry`]: a step that is tried again when it fails.
//!
//! Each attempt is a step of the journal, and each wait a sleep. Whether an attempt is followed by
//! another one is decided once, where it has failed and its error still has its type. The decision
//! is a part of the recorded failure, so a replay does not decide again, and a changed schedule
//! holds for the later attempts.
//!
//! | state | event | next |
//! |---|---|---|
//! | `Next` | a poll: it issues the step, with the wait that follows if it fails | `Trying` |
//! | `Trying` | a value, or a failure that is the last one | `Over` |
//! | `Trying` | a failure with a wait | `Waiting` |
//! | `Waiting` | the time is over | `Next` |

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::error::StepFailed;
use crate::journal::Command;
use crate::sleep::Sleep;
use crate::step::{Running, Step};

/// Which errors are retried.
type When = Arc<dyn Fn(&gen::Error) -> bool + Send + Sync>;

/// A step that is tried again when it fails: made by [`Step::retry`].
#[must_use = "nothing runs until it is yielded"]
pub struct Retry<F, R, I> {
    command: Command,
    run: F,
    /// The waits that are left.
    schedule: I,
    when: When,
    /// The number of attempts that have begun.
    attempts: u32,
    state: State<R>,
}

enum State<R> {
    Next,
    Trying(Running<Attempt<R>>),
    Waiting(Sleep),
    Over,
}

impl<F, R, T> Step<F, R, T> {
    /// Tries the step again when it fails, after a wait.
    ///
    /// `schedule` gives the waits between the attempts, as that of [`gen::retry`](gen::retry()): an
    /// array, a [`gen::backoff`](gen::backoff()), or any other iterator of [`Duration`]s. A
    /// schedule of `n` waits allows `n + 1` attempts. The closure is cloned for each attempt.
    ///
    /// ```
    /// use gen::yield_;
    /// use gen_durable::{permanent, step, MemoryJournal, Records};
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use std::time::Duration;
    ///
    /// static REQUESTS: AtomicU32 = AtomicU32::new(0);
    ///
    /// async fn charge(card: String) -> gen::Result<u32> {
    ///     if card != "7" {
    ///         return Err(permanent(gen::Error::new("no such card")));
    ///     }
    ///     let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
    ///     gen::ensure!(request == 2, "the bank is busy");
    ///     Ok(30)
    /// }
    ///
    /// #[gen::coroutine]
    /// fn order(card: String) -> gen::Result<u32> {
    ///     let schedule = gen::backoff(Duration::from_secs(1)).jitter().take(5);
    ///     yield_!(step("charge", move || charge(card)).retry(schedule))
    /// }
    /// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
    /// let run = |card: &str, records: &Records| {
    ///     let journal = MemoryJournal::new(records);
    ///     io_loop.run_sync(gen_durable::run(order(card.into()), journal))
    /// };
    /// let records = Records::new();
    /// assert_eq!(run("7", &records).unwrap(), 30);
    /// assert_eq!(records.steps(), ["charge"; 3]);
    /// // The next process replays the attempts, too.
    /// assert_eq!(run("7", &records).unwrap(), 30);
    /// assert_eq!(REQUESTS.load(Ordering::Relaxed), 3);
    ///
    /// assert_eq!(run("8", &Records::new()).unwrap_err().to_string(), "no such card");
    /// ```
    ///
    /// # If the process dies
    ///
    /// Each attempt that has failed is in the journal, with its error and the end of the wait that
    /// follows. So the next run waits until the same moment, and has only the attempts that are
    /// left. An attempt during which the process dies was not recorded: it does not count, and runs
    /// again.
    ///
    /// # Errors that are not retried
    ///
    /// - an error that is [`permanent`](crate::permanent), or for which [`when`](Retry::when)
    ///   returns `false`;
    /// - an error that is [`Cancelled`](gen::Cancelled);
    /// - a value that JSON cannot hold, or that is too large for the journal;
    /// - a panic, which ends the driver.
    ///
    /// # Changes of the program
    ///
    /// The schedule and [`when`](Retry::when) may change while runs are under way, and a step may
    /// become a retry. A recorded decision stays.
    ///
    /// # Without a journal
    ///
    /// The attempts are the same, and the waits those of [`gen::sleep`](gen::sleep()).
    ///
    /// # Errors
    ///
    /// The [`StepFailed`] of the last attempt. If there was more than one, a
    /// [context](gen::Error::context) says how many there were. The errors before are in the
    /// journal only.
    ///
    /// # Cancellation
    ///
    /// A cancellation is never retried: as for every step, the attempt or the wait is dropped, and
    /// the yield fails with it. To limit the time of all attempts, write
    /// `with_timeout(total, step(..).retry(..))`; to limit that of one, let the closure do it, with
    /// [`gen::with_timeout`].
    ///
    /// # Panics
    ///
    /// If the step was polled already.
    pub fn retry<S>(self, schedule: S) -> Retry<F, R, S::IntoIter>
    where
        F: FnOnce() -> R + Clone + Send + 'static,
        R: Future<Output = gen::Result<T>> + Send + 'static,
        S: IntoIterator<Item = Duration>,
        T: Serialize + DeserializeOwned,
    {
        let (command, run) = self.into_unpolled();
        let schedule = schedule.into_iter();
        Retry { command, run, schedule, when: Arc::new(|_| true), attempts: 0, state: State::Next }
    }
}

impl<F, R, I> Retry<F, R, I> {
    /// Retries only errors for which `when` returns `true`.
    ///
    /// It gets the error of the closure itself, so it can ask for its type. It runs once for each
    /// failure, and never in a replay.
    ///
    /// ```
    /// use gen::yield_;
    /// use gen_durable::{step, MemoryJournal, Records};
    /// use std::io::{Error, ErrorKind};
    /// use std::time::Duration;
    ///
    /// async fn open() -> gen::Result<u32> {
    ///     Err(Error::from(ErrorKind::PermissionDenied).into())
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<u32> {
    ///     let is_timeout = |error: &gen::Error| {
    ///         let error = error.downcast_ref::<Error>();
    ///         error.is_some_and(|error| error.kind() == ErrorKind::TimedOut)
    ///     };
    ///     yield_!(step("open", open).retry([Duration::from_secs(1); 3]).when(is_timeout))
    /// }
    /// let records = Records::new();
    /// let run = gen_durable::run(body(), MemoryJournal::new(&records));
    /// assert_eq!(gen::run_sync(run).unwrap_err().to_string(), "permission denied");
    /// assert_eq!(records.steps(), ["open"]);
    /// ```
    pub fn when(self, when: impl Fn(&gen::Error) -> bool + Send + Sync + 'static) -> Self {
        Retry { when: Arc::new(when), ..self }
    }
}

// The closure and the schedule are not pinned, and the future is in a box.
impl<F, R, I> Unpin for Retry<F, R, I> {}

impl<F, R, I, T> Future for Retry<F, R, I>
where
    F: FnOnce() -> R + Clone + Send + 'static,
    R: Future<Output = gen::Result<T>> + Send + 'static,
    I: Iterator<Item = Duration>,
    T: Serialize + DeserializeOwned,
{
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        let polled = self.poll_attempts(cx);
        if polled.is_pending() {
            gen::drive::say(&*self, cx, || self.waits_for());
        }
        polled
    }
}

impl<F, R, I, T> Retry<F, R, I>
where
    F: FnOnce() -> R + Clone + Send + 'static,
    R: Future<Output = gen::Result<T>> + Send + 'static,
    I: Iterator<Item = Duration>,
    T: Serialize + DeserializeOwned,
{
    fn poll_attempts(&mut self, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        loop {
            self.state = match &mut self.state {
                State::Next => self.begin(cx),
                State::Waiting(sleep) => {
                    ready!(sleep.poll_silently(cx))?;
                    State::Next
                }
                State::Trying(attempt) => {
                    let ended = ready!(attempt.poll(cx));
                    match ended.map_err(StepFailed::take_retry) {
                        Err((_, Some(wait))) => State::Waiting(Sleep::at(wait, self.command.at.clone())),
                        Err((failed, None)) => return self.end(Err(failed)),
                        Ok(value) => return self.end(Ok(value)),
                    }
                }
                State::Over => return Poll::Pending,
            };
        }
    }

    fn begin(&mut self, cx: &Context<'_>) -> State<R> {
        self.attempts = self.attempts.saturating_add(1);
        let (run, wait, when) = (self.run.clone(), self.schedule.next(), Arc::clone(&self.when));
        let attempt = move || Attempt { run: Box::pin(run()), wait, when };
        State::Trying(Running::begin(&self.command, attempt, cx))
    }

    fn end(&mut self, ended: Result<T, StepFailed>) -> Poll<gen::Result<T>> {
        self.state = State::Over;
        Poll::Ready(ended.map_err(|failed| match self.attempts {
            1 => failed.into(),
            several => gen::Error::from(failed).context(format!("failed {several} times")),
        }))
    }
}

impl<F, R, I> Retry<F, R, I> {
    fn waits_for(&self) -> String {
        let (command, attempts) = (&self.command, self.attempts);
        match self.state {
            State::Waiting(_) => format!("the time of attempt {} of {command}", attempts.saturating_add(1)),
            _ if attempts == 1 => command.to_string(),
            _ => format!("attempt {attempts} of {command}"),
        }
    }
}

/// The future of one attempt, whose failure says whether another one follows.
struct Attempt<R> {
    run: Pin<Box<R>>,
    /// The wait before the next attempt, if this one may have a next one.
    wait: Option<Duration>,
    when: When,
}

impl<R, T> Future for Attempt<R>
where
    R: Future<Output = gen::Result<T>>,
{
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        let result = ready!(self.run.as_mut().poll(cx));
        Poll::Ready(result.map_err(|error| self.decided(&error).into()))
    }
}

impl<R> Attempt<R> {
    fn decided(&self, error: &gen::Error) -> StepFailed {
        let (failed, _) = StepFailed::of(error).take_retry();
        let may_retry = !failed.is_permanent() && !error.is_cancelled();
        match self.wait {
            Some(wait) if may_retry && (self.when)(error) => failed.with_retry(wait),
            _ => failed,
        }
    }
}

impl<F, R, I> fmt::Debug for Retry<F, R, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Retry");
        shown.field("command", &self.command).field("attempts", &self.attempts).finish_non_exhaustive()
    }
}
