//! `#[gen::engine]`: a coroutine that its call starts, and whose end no code waits for.
//!
//! An engine is a task whose handle is dropped when its call returns. A body that never suspends
//! ends within the call, as a part of the caller, and the handle brings its error. The error of a
//! later step goes to the [context](crate::context) of the call. The task knows that context: it is
//! the one outside of its own. So nothing is captured at the call.
//!
//! | step | runs | its error |
//! |---|---|---|
//! | the first one, within the call | in the call | is returned by the call |
//! | the first one, if too many first steps are nested at the call | in a later turn | goes to the context of the call |
//! | a later one | in a later turn, or on another thread | goes to the context of the call |

use std::future::Future;
use std::mem;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::{Panicked, Throw};
use crate::executor::{deliver_outward, noting_drops, runs_first_steps, UnhandledError};
use crate::task::{spawn, spawn_local, JoinHandle};
use crate::tornado::CatchReturn;
use crate::Result;

/// The output that an engine may have: `()`, or a `Result<(), E>` whose error can be thrown.
///
/// Any other value would be lost. Tornado raises `ReturnValueIgnoredError` for it; here it does not
/// compile. (A `dynamic::Value` may hold a `()`, so it is checked at run time.)
///
/// `M` is the kind of the error. rustc infers it.
#[diagnostic::on_unimplemented(
    message = "an engine cannot return `{Self}`: no code would receive it (`ReturnValueIgnored`)",
    label = "this value would be lost",
    note = "an engine returns `()` or `gen::Result<()>`",
    note = "to return a value, write `#[gen::coroutine]`; the code that yields the call receives it"
)]
pub trait EngineOutput<M> {
    /// `Ok` if the engine has ended well. A `gen::Return(())` also ends it well.
    #[doc(hidden)]
    fn into_result(self) -> Result;
}

impl EngineOutput<()> for () {
    fn into_result(self) -> Result {
        Ok(())
    }
}

impl<E: Throw<M>, M> EngineOutput<M> for std::result::Result<(), E> {
    fn into_result(self) -> Result {
        self.map_err(Throw::throw).catch_return()
    }
}

/// Starts the coroutine that a call of an engine has made.
///
/// # Errors
///
/// The error of the body, if it fails before its first suspension, and [`NoHost`](crate::NoHost)
/// where no task can stay on this thread. Later errors go to the [error context](crate::context) of
/// the call. If 32 bodies are at their first step already, the engine begins in a later turn (see
/// [`spawn`](crate::spawn())), and all its errors go there.
#[track_caller]
pub fn engine<C>(coroutine: C) -> Result
where
    C: Future<Output = Result> + 'static,
{
    first_result(spawn_local(Engine::new(coroutine)))
}

/// As [`engine`], for `#[gen::engine(send)]`: the task may be moved to another thread.
///
/// # Errors
///
/// As for [`engine`]; [`NoHost`](crate::NoHost) where no executor takes a task.
#[track_caller]
pub fn engine_send<C>(coroutine: C) -> Result
where
    C: Future<Output = Result> + Send + 'static,
{
    first_result(spawn(Engine::new(coroutine)))
}

/// Returns the error of a task that has ended in its first step, or could not be started.
fn first_result(task: JoinHandle<()>) -> Result {
    task.into_first_result().unwrap_or(Ok(()))
}

pin_project! {
    /// The body of an engine's task.
    struct Engine<C> {
        #[pin]
        coroutine: C,
        // The next poll is the first step, and runs within the call.
        is_in_call: bool,
    }
}

impl<C> Engine<C> {
    /// Called right before the spawn, so both agree whether the first step runs within the call.
    fn new(coroutine: C) -> Self {
        Engine { coroutine, is_in_call: runs_first_steps() }
    }
}

impl<C: Future<Output = Result>> Future for Engine<C> {
    type Output = Result;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result> {
        let this = self.project();
        step(this.coroutine, cx, mem::take(this.is_in_call))
    }
}

/// Polls a body. The error of the first step is returned to the caller, which holds the handle. A
/// later error goes to the context of the call, which is that outside of the task.
///
/// When the body fails it drops what it holds, such as a callback for which another task waits.
/// That task learns of the drop after the error. The first step is a part of the caller: if that is
/// a callback, it notes the drops of the step.
fn step(
    body: Pin<&mut impl Future<Output = Result>>,
    cx: &mut Context<'_>,
    is_in_call: bool,
) -> Poll<Result> {
    if is_in_call {
        return body.poll(cx);
    }
    let poll = || {
        catch_unwind(AssertUnwindSafe(|| body.poll(cx)))
            .unwrap_or_else(|payload| Poll::Ready(Err(Panicked::new(payload).into())))
    };
    match noting_drops(poll) {
        (Poll::Ready(Err(error)), drops) => {
            deliver_outward(UnhandledError::with_drops("an engine", error, drops));
            Poll::Ready(Ok(()))
        }
        (polled, drops) => {
            drops.pass_on();
            polled
        }
    }
}

/// A `dynamic::Value` as the output of an engine: whether it is `()` is known only at run time.
#[cfg(feature = "dynamic")]
mod of_values {
    use super::EngineOutput;
    use crate::error::Throw;
    use crate::tornado::dynamic::{ReturnValueIgnoredError, Value};
    use crate::tornado::CatchReturn;
    use crate::Result;

    // rustc does not recommend these impls: they only help users who know the feature `dynamic`.
    #[diagnostic::do_not_recommend]
    impl EngineOutput<()> for Value {
        fn into_result(self) -> Result {
            self.take::<()>().map_err(|value| ReturnValueIgnoredError::new(value.type_name()).into())
        }
    }

    #[diagnostic::do_not_recommend]
    impl<E: Throw<M>, M> EngineOutput<M> for std::result::Result<Value, E> {
        fn into_result(self) -> Result {
            // The value of a `gen::Return` may be a `Value` or a `()`.
            match self.map_err(Throw::throw).catch_return() {
                Ok(value) => value.into_result(),
                Err(error) => Err(error).catch_return(),
            }
        }
    }
}
