//! [`signal`]: a message from outside, which waits until it is wanted.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{ready, Context, Poll};

use serde::de::DeserializeOwned;

use crate::command_future::CheckedCommand;
use crate::journal::What;
use crate::step::decoded;

/// Waits for the next signal of that name, which comes from outside of the coroutine: the click of
/// a manager, the answer of another service, a program that an operator starts.
///
/// | journal | to send a signal |
/// |---|---|
/// | [`SqliteStore`](crate::SqliteStore) | [`SqliteStore::send_signal`](crate::SqliteStore::send_signal), from any process; [`Run::send_signal`](crate::Run::send_signal) |
/// | [`FileJournal`](crate::FileJournal) | [`FileJournal::send_signal`](crate::FileJournal::send_signal), from any process |
/// | [`MemoryJournal`](crate::MemoryJournal) | [`Records::send_signal`](crate::Records::send_signal) |
///
/// ```
/// use gen::yield_;
/// use gen_durable::{signal, with_timeout, MemoryJournal, Records};
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn approval() -> gen::Result<String> {
///     let three_days = Duration::from_secs(3 * 86_400);
///     match yield_!(with_timeout(three_days, signal::<String>("approved by"))) {
///         Ok(name) => Ok(format!("{name} has approved it")),
///         Err(error) if error.is::<gen::TimeoutError>() => Ok("too late".into()),
///         Err(error) => Err(error),
///     }
/// }
/// let records = Records::new();
/// records.send_signal("approved by", "Ada")?;
/// // The second run replays the first one.
/// for _ in 0..2 {
///     let run = gen_durable::run(approval(), MemoryJournal::new(&records));
///     assert_eq!(gen::run_sync(run)?, "Ada has approved it");
/// }
///
/// let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
/// let run = gen_durable::run(approval(), MemoryJournal::new(&Records::new()));
/// assert_eq!(io_loop.run_sync(run)?, "too late");
/// # Ok::<(), gen::Error>(())
/// ```
///
/// # Nothing is lost
///
/// A signal that comes before the coroutine waits for it is kept, also if no process runs. Signals
/// of the same name are given in the order in which they were sent, each to one wait. If several
/// parts of a coroutine wait for the same name, the one that began first gets the first signal.
///
/// A signal that was sent before a deadline comes before it, even if no process ran until after the
/// deadline.
///
/// # Without a journal
///
/// There is nothing to send a signal to, so the yield fails at once with
/// [`NoJournal`](crate::NoJournal).
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed) if the value has another type; the signal is then consumed.
/// Also if the name is too large for an entry of a journal.
///
/// # Cancellation
///
/// A wait that is given up, because the coroutine was cancelled or a timeout has passed, takes no
/// signal: the next wait for that name gets it.
#[track_caller]
pub fn signal<T: DeserializeOwned>(name: impl Into<String>) -> Signal<T> {
    Signal { command: CheckedCommand::of(What::Signal(name.into())), value: PhantomData }
}

/// The future of a [`signal`](fn@signal).
#[must_use = "nothing waits until it is yielded"]
pub struct Signal<T> {
    command: CheckedCommand,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Future for Signal<T> {
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        let outcome = ready!(self.command.poll_in_journal(cx))?;
        let command = self.command.command();
        Poll::Ready(Ok(decoded(outcome, || format!("{command} has another type"))?))
    }
}

impl<T> fmt::Debug for Signal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").field("command", self.command.command()).finish_non_exhaustive()
    }
}
