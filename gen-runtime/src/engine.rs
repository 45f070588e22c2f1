//! `#[gen::engine]`: a coroutine that its call starts, and whose end no code waits for.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::error::{catch_panic, Throw};
use crate::task::spawn_local;
use crate::tornado::CatchReturn;
use crate::{context, Result};

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
/// [`spawn`](crate::spawn)), and all its errors go there.
#[track_caller]
pub fn engine<C>(coroutine: C) -> Result
where
    C: Future<Output = Result> + 'static,
{
    let (context, has_returned) = (context::capture(), Rc::new(Cell::new(false)));
    let call_has_returned = Rc::clone(&has_returned);
    let mut task = spawn_local(async move {
        let result = catch_panic(coroutine).await.unwrap_or_else(Err);
        if !call_has_returned.get() {
            return result;
        }
        // The end of the body may have woken other tasks, because it has dropped what they wait
        // for, such as a callback. The error is thrown before they are resumed.
        result.or_else(|error| {
            context.throw_of("an engine", error);
            Ok(())
        })
    });
    match Pin::new(&mut task).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => {
            has_returned.set(true);
            Ok(())
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
