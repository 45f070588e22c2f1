//! `#[gen::engine]`: a coroutine that a call starts, and whose end nobody waits for.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::error::{catch_panic, Throw};
use crate::task::spawn_local;
use crate::tornado::CatchReturn;
use crate::{context, Result};

/// What the body of an engine may return: `()`, or a `Result<(), E>` whose error can be thrown.
///
/// Anything else would be lost; Tornado raises `ReturnValueIgnoredError` for it, here it does not compile.
/// (A `dynamic::Value` may be `()`, so that is asked at run time.)
///
/// `M` is the kind of error, found by inference.
#[diagnostic::on_unimplemented(
    message = "an engine cannot return `{Self}`: nobody would get it (`ReturnValueIgnored`)",
    label = "this would be ignored",
    note = "an engine returns `()` or `gen::Result<()>`",
    note = "`#[gen::coroutine]` returns a value to whoever yields the call"
)]
pub trait EngineOutput<M> {
    /// Whether the engine has ended well; a `gen::Return(())` ends it so too.
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

/// What `#[gen::engine]` does with the coroutine of a call.
///
/// # Errors
///
/// Those before the first suspension; later ones go to the [error context](crate::context) of the call. So do
/// all of an engine that begins later, because 32 bodies begin inside of each other: see [`spawn`](crate::spawn).
#[track_caller]
pub fn engine<C>(coroutine: C) -> Result
where
    C: Future<Output = Result> + 'static,
{
    let (context, is_left) = (context::capture(), Rc::new(Cell::new(false)));
    let was_left = Rc::clone(&is_left);
    let mut task = spawn_local(async move {
        let result = catch_panic(coroutine).await.flatten();
        if !was_left.get() {
            return result;
        }
        // Before anybody is resumed by what the body's end has dropped, such as a task's callback.
        result.or_else(|error| {
            context.throw_of("an engine", error);
            Ok(())
        })
    });
    match Pin::new(&mut task).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => {
            is_left.set(true);
            Ok(())
        }
    }
}

/// A value whose type is known only at run time may be `()`.
#[cfg(feature = "dynamic")]
mod of_values {
    use super::EngineOutput;
    use crate::error::Throw;
    use crate::tornado::dynamic::{ReturnValueIgnoredError, Value};
    use crate::tornado::CatchReturn;
    use crate::Result;

    // Not recommended: nobody writes it who does not know of it.
    #[diagnostic::do_not_recommend]
    impl EngineOutput<()> for Value {
        fn into_result(self) -> Result {
            self.take::<()>().map_err(|value| ReturnValueIgnoredError::new(value.type_name()).into())
        }
    }

    #[diagnostic::do_not_recommend]
    impl<E: Throw<M>, M> EngineOutput<M> for std::result::Result<Value, E> {
        fn into_result(self) -> Result {
            // A `gen::Return` may end it with a value, too, or without one.
            match self.map_err(Throw::throw).catch_return() {
                Ok(value) => value.into_result(),
                Err(error) => Err(error).catch_return(),
            }
        }
    }
}
