//! [`step`]: a part of a coroutine that touches the outside.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::core::{Closure, Core, Run};
use crate::error::StepFailed;
use crate::journal::{Command, Outcome, What};
use crate::leaf::Leaf;

/// Runs a closure, and keeps its outcome in the journal: in a replay the outcome is taken from
/// there, and the closure does not run.
///
/// All that touches the outside belongs into a step: requests, files, settings. The label names the
/// step in the journal and in messages. Steps may have the same label. [`retry`](Step::retry) tries
/// a step again that has failed.
///
/// ```
/// use gen::yield_;
/// use gen_durable::{step, MemoryJournal, Records};
///
/// #[gen::coroutine]
/// fn guess() -> gen::Result<u32> {
///     // Parallel, as all that is yielded together.
///     let (pid, user) = yield_!((
///         step("the process", || async { Ok(std::process::id()) }),
///         step("the user", || async { Ok(std::env::var("USER").ok()) }),
///     ))?;
///     Ok(pid + user.map_or(0, |user| user.len() as u32))
/// }
/// let records = Records::new();
/// let run = || gen_durable::run(guess(), MemoryJournal::new(&records));
/// assert_eq!(gen::run_sync(run()).unwrap(), gen::run_sync(run()).unwrap());
/// ```
///
/// # At least once
///
/// If the process dies after the closure has done its work, and before its outcome is in the
/// journal, then the closure runs again in the next run. So it must be *idempotent*: to do it twice
/// must be the same as to do it once. Give a request a key that is the same in each run, such as
/// the number of the order and the label, by which the other side recognises the second request.
///
/// # Without a journal
///
/// Outside of a [driver](crate::Driver), the closure runs, and its value is the value of the yield.
///
/// # Errors
///
/// [`StepFailed`] with the text of the error of the closure; the error of a value that JSON cannot
/// hold. A closure that panics ends the driver with that panic, and leaves no outcome.
///
/// # Cancellation
///
/// The closure runs in the driver. If the coroutine does not wait for the step any more, because it
/// was cancelled, or because a timeout has passed, then the future of the closure is dropped.
#[track_caller]
pub fn step<F, R, T>(label: impl Into<String>, run: F) -> Step<F, R, T>
where
    F: FnOnce() -> R + Send + 'static,
    R: FutureOfStep<T> + Send + 'static,
    T: Recorded,
{
    Step::new(What::Step(label.into()), run)
}

/// A future whose outcome a journal can keep.
#[diagnostic::on_unimplemented(
    message = "a step cannot keep the outcome of `{Self}`",
    label = "its output is not a `gen::Result`",
    note = "the closure of a step makes a future of a `gen::Result`: write `|| async {{ Ok(work()?) }}`, where the `?` converts another error"
)]
pub trait FutureOfStep<T>: Future<Output = gen::Result<T>> {}

// Not recommended, because rustc would then report only the type of the output.
#[diagnostic::do_not_recommend]
impl<R: Future<Output = gen::Result<T>>, T> FutureOfStep<T> for R {}

/// A value that a journal can keep, as JSON.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a journal",
    label = "the value of this step",
    note = "write `#[derive(serde::Serialize, serde::Deserialize)]` at the type; or return only that part of it which the body needs, owned"
)]
pub trait Recorded: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Recorded for T {}

/// The future of a [`step`](fn@step).
#[must_use = "nothing runs until it is yielded"]
pub struct Step<F, R, T> {
    command: Command,
    state: State<F, R>,
    // Function pointers, so that the future itself has no bounds: a value that cannot be recorded
    // is reported where the step is made, and the yield does not report it again.
    begin: fn(&Command, F, &Context<'_>) -> Running<R>,
    poll: PollRunning<R, T>,
}

type PollRunning<R, T> = fn(&mut Running<R>, &mut Context<'_>) -> Poll<Result<T, StepFailed>>;

enum State<F, R> {
    New(F),
    Running(Running<R>),
    Over,
}

impl<F, R, T> Step<F, R, T> {
    #[track_caller]
    pub(crate) fn new(what: What, run: F) -> Self
    where
        F: FnOnce() -> R + Send + 'static,
        R: Future<Output = gen::Result<T>> + Send + 'static,
        T: Serialize + DeserializeOwned,
    {
        let command = Command { what, at: Location::caller().into() };
        Step { command, state: State::New(run), begin: Running::begin, poll: Running::poll }
    }

    /// The command and the closure of a step that was not polled.
    pub(crate) fn into_unpolled(self) -> (Command, F) {
        match self.state {
            State::New(run) => (self.command, run),
            State::Running(_) | State::Over => panic!("the step was polled already"),
        }
    }
}

// The closure is not pinned, and its future is in a box.
impl<F, R, T> Unpin for Step<F, R, T> {}

impl<F, R, T> Future for Step<F, R, T> {
    type Output = gen::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<gen::Result<T>> {
        let this = &mut *self;
        if let State::New(_) = this.state {
            let State::New(run) = std::mem::replace(&mut this.state, State::Over) else { unreachable!() };
            this.state = State::Running((this.begin)(&this.command, run, cx));
        }
        let polled = match &mut this.state {
            // A program that has given up its retry ignores that an attempt was to be followed.
            State::Running(running) => {
                (this.poll)(running, cx).map_err(|failed| failed.take_retry().0.into())
            }
            State::New(_) | State::Over => Poll::Pending,
        };
        match polled {
            Poll::Ready(_) => this.state = State::Over,
            Poll::Pending => gen::drive::say(this, cx, || this.command.to_string()),
        }
        polled
    }
}

/// A step whose closure runs, or has run.
pub(crate) enum Running<R> {
    /// Without a journal.
    Plain(Pin<Box<R>>),
    Recorded(Leaf),
}

impl<R, T> Running<R>
where
    R: Future<Output = gen::Result<T>> + Send + 'static,
    T: Serialize + DeserializeOwned,
{
    pub(crate) fn begin<F>(command: &Command, run: F, cx: &Context<'_>) -> Self
    where
        F: FnOnce() -> R + Send + 'static,
    {
        match Core::current() {
            None => Running::Plain(Box::pin(run())),
            Some(core) => Running::Recorded(Leaf::issue(core, command, Some(recorded(run)), cx)),
        }
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, StepFailed>> {
        match self {
            Running::Plain(run) => run.as_mut().poll(cx).map_err(|error| StepFailed::of(&error)),
            Running::Recorded(leaf) => leaf
                .poll(cx)
                .map(|outcome| decoded(outcome, || "the recorded result has another type".into())),
        }
    }
}

/// A closure whose future gives an outcome.
fn recorded<F, R, T>(run: F) -> Closure
where
    F: FnOnce() -> R + Send + 'static,
    R: Future<Output = gen::Result<T>> + Send + 'static,
    T: Serialize,
{
    Box::new(|| {
        let run = run();
        let run: Run = Box::pin(async { Outcome::of(&run.await) });
        run
    })
}

/// The value of an outcome. `complaint` says that it has another type.
pub(crate) fn decoded<T: DeserializeOwned>(
    outcome: Outcome,
    complaint: impl FnOnce() -> String,
) -> Result<T, StepFailed> {
    match outcome {
        Outcome::Value(json) => value_of(&json, complaint),
        Outcome::Failed(failed) => Err(failed),
    }
}

/// The value of a JSON. `complaint` says that it has another type.
pub(crate) fn value_of<T: DeserializeOwned>(
    json: &str,
    complaint: impl FnOnce() -> String,
) -> Result<T, StepFailed> {
    serde_json::from_str(json).map_err(|error| StepFailed::new(format!("{}: {error}", complaint())))
}

impl<F, R, T> fmt::Debug for Step<F, R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("command", &self.command).finish_non_exhaustive()
    }
}
