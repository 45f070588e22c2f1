//! [`call`] and [`start`]: another durable coroutine, as a run of its own.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{ready, Context, Poll};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::command_future::CheckedCommand;
use crate::journal::{Outcome, What};
use crate::step::decoded;

/// Calls another durable coroutine by the name of its body and a key, as a run of its own, and
/// waits for its result.
///
/// The run is begun if there is none of this body with this key. Otherwise the run that is there is
/// the one that is waited for, also if it has ended long ago, and its input is that of the first
/// call. So a call is idempotent, and two callers of one key wait for one run.
///
/// A coroutine that is yielded writes its steps into the journal of its caller. A call is for work
/// that has a journal, a key and a name of its own: others can wait for it, list it, and send it
/// signals.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{call, resume_all, step, Bodies, SqliteStore};
///
/// #[gen::coroutine]
/// fn charge(customer: String, price: u32) -> gen::Result<String> {
///     let receipt = format!("{customer}: {price} euros");
///     yield_!(step("charge", move || async { Ok(receipt) }))
/// }
///
/// #[gen::coroutine]
/// fn order(id: u32) -> gen::Result<String> {
///     // The order 7 pays once, whoever asks for it, and however often.
///     let key = format!("order {id}");
///     let receipt: String = yield_!(call("charge", key, &("Ada", 30)))?;
///     Ok(format!("sent to {receipt}"))
/// }
///
/// # fn main() -> gen::Result {
/// # let name = format!("gen-durable-call-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// let store = SqliteStore::open(&path)?;
/// let bodies = Bodies::new().body("order", order);
/// let bodies = bodies.body("charge", |(customer, price)| charge(customer, price));
/// let end: String = gen::run_sync(async {
///     resume_all(&store, bodies)?.start("order", "7", &7).await?.result().await
/// })?;
/// assert_eq!(end, "sent to Ada: 30 euros");
/// assert_eq!(store.runs()?[1].to_string(), "charge `order 7`: ended with a value");
/// # drop(store);
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// | journal | the other run |
/// |---|---|
/// | [`SqliteStore`](crate::SqliteStore) | is a run of the same store |
/// | [`MemoryJournal`](crate::MemoryJournal) | is played by the test: [`Records::answer_call`](crate::Records::answer_call) |
/// | [`FileJournal`](crate::FileJournal) | there is none, and the caller ends with an error that says so |
///
/// # Where the other run runs
///
/// It begins at once in the process of its caller, if that process has
/// [resumed](crate::resume_all) its runs with that body. Otherwise it is a free run, which another
/// process takes when it [resumes](crate::Runs::resume) its runs. If no process ever knows its
/// body, it stays free, and the caller waits: [`SqliteStore::runs`](crate::SqliteStore::runs) shows
/// both.
///
/// The result wakes a caller in the same process at once, and one in another process within half a
/// second. A result that came before a deadline of the caller comes before it, also if no process
/// ran.
///
/// # Circles
///
/// A run that calls itself, by the same body and key, gets an error. Runs that call each other in a
/// circle wait for ever, and the list of runs shows the call for which each of them waits.
///
/// # Without a journal
///
/// There is no place for the other run, so the yield fails at once with
/// [`NoJournal`](crate::NoJournal).
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed), with the text, the code and the payload of the error with
/// which the other run has ended. Also if:
///
/// - its result has another type;
/// - someone has [removed](crate::SqliteStore::remove) it, since its result may be lost;
/// - the run calls itself;
/// - the input cannot be written as JSON, or is too large for an entry of a journal, or a name is
///   too long for the store.
///
/// # Cancellation
///
/// If the caller is cancelled while it waits, then the other run is cancelled, too, for the same
/// reason, also if others wait for it. The caller does not wait for the end of its clean-up. In a
/// [`SqliteStore`](crate::SqliteStore) a run that was cancelled already, by another caller or in a
/// circle, is not cancelled again, so its clean-up is not broken.
///
/// A call that a timeout gives up, or that loses a [`gen::first_of`](gen::first_of()), cancels
/// nothing: the other run goes on. To let it go on when the caller is cancelled, use [`start`], or
/// [`gen::shield`](gen::shield()).
#[track_caller]
pub fn call<T: DeserializeOwned>(
    body: impl Into<String>,
    key: impl Into<String>,
    input: &(impl Serialize + ?Sized),
) -> Call<T> {
    let (body, key) = (body.into(), key.into());
    Call { command: CheckedCommand::new(input, |input| What::Call { body, key, input }), value: PhantomData }
}

/// The future of a [`call`](fn@call).
#[must_use = "nothing is called until it is yielded"]
pub struct Call<T> {
    command: CheckedCommand,
    value: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Future for Call<T> {
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        let outcome = ready!(self.command.poll_in_journal(cx))?;
        let command = self.command.command();
        Poll::Ready(Ok(decoded(outcome, || format!("the result of {command} has another type"))?))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("command", self.command.command()).finish_non_exhaustive()
    }
}

/// Starts another durable coroutine by the name of its body and a key, as a run of its own, and
/// does not wait for its result.
///
/// The yield is done as soon as the run is durably begun: it will come to its end, whatever happens
/// to this process. If there is a run of this body with this key, nothing is started.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{start, MemoryJournal, Records};
/// use std::time::Duration;
///
/// #[gen::coroutine]
/// fn order(id: u32) -> gen::Result<&'static str> {
///     let next_week = Duration::from_secs(7 * 86_400);
///     let key = format!("order {id}");
///     yield_!(start("ask for a review", key, &id).after(next_week))?;
///     Ok("sent")
/// }
/// let records = Records::new();
/// let end = gen::run_sync(gen_durable::run(order(7), MemoryJournal::new(&records)))?;
/// assert_eq!(end, "sent");
/// let started = records.calls()[0].to_string();
/// assert_eq!(started, "the start of `ask for a review` with key `order 7`");
/// # Ok::<(), gen::Error>(())
/// ```
///
/// The other run begins where that of a [`call`] does. A later [`call`] of it waits for its result.
///
/// # Without a journal
///
/// There is no place for the other run, so the yield fails at once with
/// [`NoJournal`](crate::NoJournal).
///
/// # Errors
///
/// [`StepFailed`](crate::StepFailed) if the input cannot be written as JSON, or is too large for an
/// entry of a journal, or a name is too long for the store. The errors of the other run are its
/// own.
///
/// # Cancellation
///
/// A cancellation of the caller does not cancel the other run.
#[track_caller]
pub fn start(body: impl Into<String>, key: impl Into<String>, input: &(impl Serialize + ?Sized)) -> Start {
    let (body, key) = (body.into(), key.into());
    Start(CheckedCommand::new(input, |input| What::Start { body, key, input, after: 0 }))
}

/// The future of a [`start`](fn@start).
#[derive(Debug)]
#[must_use = "nothing is started until it is yielded"]
pub struct Start(CheckedCommand);

impl Start {
    /// Lets the other run begin after that time, which is rounded up to a millisecond. The yield
    /// does not wait for it.
    ///
    /// The time passes also while no process lives: a run whose time has come meanwhile begins when
    /// the runs are resumed. If it is [cancelled](crate::SqliteStore::cancel) before, it ends at
    /// once, and does not begin. If there is a run of this body with this key, that run keeps its
    /// time, also if it is called.
    pub fn after(mut self, time: Duration) -> Self {
        if let What::Start { after, .. } = self.0.what_mut() {
            *after = crate::sleep::millis(time);
        }
        self
    }
}

impl Future for Start {
    type Output = gen::Result;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result> {
        let outcome = ready!(self.0.poll_in_journal(cx))?;
        Poll::Ready(match outcome {
            Outcome::Value(_) => Ok(()),
            Outcome::Failed(failed) => Err(failed.into()),
        })
    }
}
