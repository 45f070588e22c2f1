//! `gen::Return`: a value on its way out of a coroutine, in the guise of an error.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::{Error, Result};

/// A value that ends a coroutine: what the function [`Return`](fn@Return) puts into an [`Error`],
/// which can be asked for it.
pub struct Return<T> {
    /// Taken by the coroutine that it ends.
    value: Mutex<Option<T>>,
}

/// An error that ends a coroutine well: with `Ok(value)`.
///
/// A function that a coroutine calls can end the coroutine with it, through any number of `?`. The
/// coroutine needs the option `returns` and the output `gen::Result<T>`, where `T` is the very type
/// of `value`. In the body itself, `return Ok(value)` says the same.
///
/// It is an end like any other: keys that were registered and not waited for make the call fail, as
/// after a `return` ([`LeakedCallbackError`](crate::LeakedCallbackError)).
///
/// It ends only the coroutine in whose body it was raised: at a `yield_!`, what failed with a
/// `Return` is an error like any other. (Not so at a bare `.await`, which is as good as the body's
/// own.) A body that catches errors catches this one too.
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
#[allow(non_snake_case, reason = "it stands for the constructor of the type of that name, as in tornado.gen")]
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
            "a `gen::Return` of `{value}` ended no coroutine: it ends the one whose body raises it, if that returns \
             `gen::Result<{value}>` and has the option `returns`"
        )
    }
}

impl<T: Send + 'static> StdError for Return<T> {}

/// The output of a coroutine with the option `returns`: a `gen::Return` can supply it.
#[diagnostic::on_unimplemented(
    message = "a coroutine with the option `returns` cannot return `{Self}`",
    label = "`gen::Return` cannot give this",
    note = "it returns `gen::Result<T>`, with a `T` that is `Send`",
    note = "without the option it may return anything, by `return`"
)]
pub trait CatchReturn: Sized {
    /// Replaces the error by the value of the `Return`, if the body raised one.
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
    // An error that arrived at a yield has that yield in its trace, so it was raised elsewhere.
    let raised_here = error.trace().is_empty();
    let value = error.downcast_ref::<Return<T>>().filter(|_| raised_here).and_then(|raised| {
        // Nothing panics under this lock.
        raised.value.lock().unwrap_or_else(PoisonError::into_inner).take()
    });
    value.ok_or(error)
}
