//! `#[gen::engine]`: a coroutine that its call starts, and whose end no code waits for.

use std::future::{poll_fn, Future};
use std::mem;
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{self, Poll, Waker};

use crate::context::{self, Context};
use crate::error::{catch_panic, Error, Throw};
use crate::executor::{noting_drops, NotedDrops, UnhandledError};
use crate::sync::{lock, Mutex};
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
    let call = Call::new();
    let task = spawn_local(call.clone().run(coroutine));
    call.end(task)
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
    let call = Call::new();
    let task = spawn(call.clone().run(coroutine));
    call.end(task)
}

/// The call of an engine, and where the error of its body goes.
#[derive(Clone)]
struct Call {
    context: Context,
    stage: Arc<Mutex<Stage>>,
}

enum Stage {
    /// The call has not returned: it returns the error.
    Calling,
    /// The body has failed, and the call has not returned.
    Failed(Error),
    /// The call has returned: the error goes to its context.
    Returned,
}

impl Call {
    fn new() -> Self {
        Call { context: context::capture(), stage: Arc::new(Mutex::new(Stage::Calling)) }
    }

    /// Runs the body.
    async fn run<C: Future<Output = Result>>(self, coroutine: C) -> Result {
        let mut body = pin!(catch_panic(coroutine));
        poll_fn(|cx| self.step(body.as_mut(), cx)).await;
        Ok(())
    }

    /// Polls the body. When it fails it drops what it holds, such as a callback for which another
    /// task waits. That task learns of the drop after the error.
    fn step(
        &self,
        body: Pin<&mut impl Future<Output = Result<Result>>>,
        cx: &mut task::Context<'_>,
    ) -> Poll<()> {
        match noting_drops(|| body.poll(cx)) {
            (Poll::Pending, drops) => {
                drops.pass_on();
                Poll::Pending
            }
            (Poll::Ready(result), drops) => {
                match result.and_then(|result| result) {
                    Ok(()) => drops.pass_on(),
                    Err(error) => self.fail(error, drops),
                }
                Poll::Ready(())
            }
        }
    }

    fn fail(&self, error: Error, drops: NotedDrops) {
        let mut stage = lock(&self.stage);
        if let Stage::Calling = *stage {
            *stage = Stage::Failed(error);
            drop(stage);
            return drops.pass_on();
        }
        drop(stage);
        self.context.deliver(UnhandledError::with_drops("an engine", error, drops));
    }

    /// Returns the result of the first step.
    fn end(self, mut task: JoinHandle<()>) -> Result {
        if let Stage::Failed(error) = mem::replace(&mut *lock(&self.stage), Stage::Returned) {
            return Err(error);
        }
        // A task that could not be started has failed without its body.
        match Pin::new(&mut task).poll(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
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
