//! `gen::Return`: an error that ends a coroutine with a value.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::{Error, Result};

/// The value of a [`Return`](fn@Return). Its [`Error`] can be asked for it with `downcast_ref`.
pub struct Return<T> {
    /// The coroutine that it ends takes it.
    value: Mutex<Option<T>>,
}

/// Makes an error that ends a coroutine well, with `Ok(value)`.
///
/// With it, a function that a coroutine calls can end the coroutine, through any number of `?`. The
/// coroutine needs the option `returns` and the output `gen::Result<T>`, where `T` is the type of
/// `value`. In the body itself, `return Ok(value)` does the same.
///
/// The rules for the end of a coroutine apply: if keys were registered and not waited for, the call
/// fails, as after a `return` ([`LeakedCallbackError`](crate::LeakedCallbackError)).
///
/// The error ends only the coroutine in whose body it is raised. If a future that is yielded fails
/// with a `Return`, it is an error like any other. (At a bare `.await` it is not: an error that
/// arrives there counts as raised in the body.) A body that catches errors catches this one too.
///
/// ```
/// fn cached(key: &str) -> gen::Result {
///     match key {
///         "answer" => Err(gen::Return(42_u32)),
///         _ => Ok(()),
///     }
/// }
///
/// #[gen::coroutine(returns)]
/// fn lookup(key: &'static str) -> gen::Result<u32> {
///     cached(key)?;
///     gen::yield_!(std::future::ready(key.parse::<u32>()))
/// }
/// assert_eq!(gen::run_sync(lookup("answer")).unwrap(), 42);
/// assert_eq!(gen::run_sync(lookup("7")).unwrap(), 7);
/// ```
#[allow(non_snake_case, reason = "it has the name of Tornado's class, whose constructor it replaces")]
#[must_use = "it is returned as an error: `Err(gen::Return(value))`"]
pub fn Return<T: Send + 'static>(value: T) -> Error {
    Return { value: Mutex::new(Some(value)) }.into()
}

impl<T> fmt::Debug for Return<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Return<{}>(..)", std::any::type_name::<T>())
    }
}

impl<T> fmt::Display for Return<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = std::any::type_name::<T>();
        write!(
            f,
            "a `gen::Return` of `{value}` ended no coroutine: it ends only the coroutine whose body raises it, \
             which needs the option `returns` and the return type `gen::Result<{value}>`"
        )
    }
}

impl<T: Send + 'static> StdError for Return<T> {}

/// The output of a coroutine with the option `returns`: a `gen::Return` can provide it.
#[diagnostic::on_unimplemented(
    message = "a coroutine with the option `returns` cannot return `{Self}`",
    label = "a `gen::Return` cannot provide this type",
    note = "with the option, return `gen::Result<T>`, where `T` is `Send`",
    note = "without the option, a coroutine may return any type"
)]
pub trait CatchReturn: Sized {
    /// Replaces the error with the value of the `Return`, if the body raised one.
    #[doc(hidden)]
    fn catch_return(self) -> Self;
}

impl<T: Send + 'static> CatchReturn for Result<T> {
    #[inline]
    fn catch_return(self) -> Self {
        self.or_else(value_of)
    }
}

#[cold]
fn value_of<T: Send + 'static>(error: Error) -> Result<T> {
    // The trace of an error that arrived at a yield contains that yield.
    let raised_here = error.trace().is_empty();
    let value = error.downcast_ref::<Return<T>>().filter(|_| raised_here).and_then(|raised| {
        // Nothing panics under this lock.
        raised.value.lock().unwrap_or_else(PoisonError::into_inner).take()
    });
    value.ok_or(error)
}
