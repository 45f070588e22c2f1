//! The future that a coroutine waits for when it yields a `Value`.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::BadYieldError;
use super::{registry, Value};
use crate::error::Throw;
use crate::Result;

/// A future of any value.
pub(super) type Erased = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;

/// Erases the type of a future and of its output.
pub(super) fn erase<F, T, E, M>(future: F) -> Erased
where
    F: Future<Output = std::result::Result<T, E>> + Send + 'static,
    T: Any + Send,
    E: Throw<M>,
{
    Box::pin(async move { future.await.map(Value::new).map_err(Throw::throw) })
}

/// The future of a [`Value`].
///
/// It converts the value when it is first polled. So a value that cannot be yielded is an error at
/// the yield.
///
/// # Errors
///
/// [`BadYieldError`] if the value cannot be yielded, and the errors of the conversion's future.
#[must_use = "futures do nothing unless yielded or awaited"]
pub struct Conversion {
    state: State,
}

enum State {
    Cold(Value),
    Converted(Erased),
    Over,
}

impl Conversion {
    pub(super) fn of(value: Value) -> Self {
        Conversion { state: State::Cold(value) }
    }
}

impl Future for Conversion {
    type Output = Result<Value>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Value>> {
        // It stays `Over` if the conversion or the poll panics.
        let mut converted = match mem::replace(&mut self.state, State::Over) {
            State::Converted(converted) => converted,
            State::Cold(value) => match convert(value) {
                Ok(converted) => converted,
                Err(bad) => return Poll::Ready(Err(bad.into())),
            },
            // Polling a future again after it was ready is a mistake of the caller.
            State::Over => panic!("the conversion of a value was polled after it was ready"),
        };
        let polled = converted.as_mut().poll(cx);
        if polled.is_pending() {
            self.state = State::Converted(converted);
        }
        polled
    }
}

fn convert(value: Value) -> std::result::Result<Erased, BadYieldError> {
    let value = match value.take::<Erased>() {
        Ok(future) => return Ok(future),
        Err(value) => value,
    };
    match registry::find(&value) {
        Some(convert) => Ok(convert(value)),
        None => Err(BadYieldError::new(value.type_name())),
    }
}

impl fmt::Debug for Conversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Cold(value) => f.debug_tuple("Conversion").field(value).finish(),
            State::Converted(_) | State::Over => f.debug_struct("Conversion").finish_non_exhaustive(),
        }
    }
}
