//! The way of an [`Error`] into a `std::io::Error`, and back.
//!
//! An `io::Error` holds a kind and, as any container of standard errors, a [`Carried`]. So what comes back as an
//! `io::Error` is asked for the error it carries, and is that error again, with its trace and its others.

use std::any::Any;
use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use super::carried::Carried;
use super::throw::Boxed;
use super::{Error, Throw, TimeoutError};

/// With it `?` takes a yield's error into a function that returns `io::Result`.
///
/// The kind is kept: that of the `io::Error` that was raised, possibly beneath a [`context`](Error::context);
/// [`TimedOut`](ErrorKind::TimedOut) for a [`TimeoutError`]; [`Other`](ErrorKind::Other) for anything else. (Also for
/// a cancellation: [`Interrupted`](ErrorKind::Interrupted) would ask the standard library's loops to try again.) What was
/// raised is among the sources, where an operating system's code of it can be found. In a coroutine, a yield, a `?` or
/// [`Error::new`] makes the `io::Error` the very error again that it was made of, with its trace.
///
/// ```
/// use std::io::{self, ErrorKind};
///
/// #[gen::coroutine]
/// fn connect() -> io::Result<()> {
///     let refused = io::Error::from(ErrorKind::ConnectionRefused);
///     Ok(gen::yield_!(std::future::ready(Err(refused)))?)
/// }
///
/// #[gen::coroutine]
/// fn retry() -> io::Result<&'static str> {
///     match gen::yield_!(gen::raw(connect()))? {
///         Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok("refused"),
///         other => other.map(|()| "connected"),
///     }
/// }
/// assert_eq!(gen::block_on(retry()).unwrap(), "refused");
/// ```
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        io::Error::new(kind(&error), error)
    }
}

fn kind(error: &Error) -> ErrorKind {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        error.kind()
    } else if error.is::<TimeoutError>() {
        ErrorKind::TimedOut
    } else {
        ErrorKind::Other
    }
}

/// The error that an `io::Error` carries, or else what `make` makes of an error that is none or carries none.
pub(super) fn unwrap_or_else<E: Any>(error: E, make: impl FnOnce(E) -> Error) -> Error {
    let mut slot = Some(error);
    let carrier = (&mut slot as &mut dyn Any).downcast_mut::<Option<io::Error>>();
    let carried =
        carrier.and_then(|slot| slot.take_if(|error| carries(error))).and_then(io::Error::into_inner);
    match (carried, slot) {
        (Some(carried), _) => Throw::<Boxed>::throw(carried),
        (None, Some(error)) => make(error),
        (None, None) => unreachable!("the slot is emptied only into `carried`"),
    }
}

/// What an `io::Error` in a box carries, or else the box as it was.
pub(super) fn unwrap_box(error: Box<dyn StdError + Send + Sync>) -> Box<dyn StdError + Send + Sync> {
    let carried = |error: &(dyn StdError + 'static)| error.downcast_ref().is_some_and(carries);
    if !carried(&*error) {
        return error;
    }
    match error.downcast::<io::Error>() {
        Ok(error) => error.into_inner().expect("an error that carries another one has it inside"),
        Err(error) => error,
    }
}

/// Whether it was made of an [`Error`].
fn carries(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inside| inside.is::<Carried>())
}
