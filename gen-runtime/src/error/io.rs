//! Conversion of an [`Error`] to a `std::io::Error`, and back.
//!
//! The `io::Error` holds a kind and a [`Carried`]. The conversion back unwraps the `Carried`, and
//! so restores the same error, with its trace and its others.

use std::any::Any;
use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use super::carried::Carried;
use super::throw::Boxed;
use super::{Error, Throw, TimeoutError};

/// With it, `?` converts the error of a yield in a function that returns `io::Result`.
///
/// The kind is:
///
/// - the kind of the failure, if that is an `io::Error`, possibly beneath a
///   [`context`](Error::context);
/// - [`TimedOut`](ErrorKind::TimedOut) for a [`TimeoutError`];
/// - [`Other`](ErrorKind::Other) for anything else, also for a cancellation:
///   [`Interrupted`](ErrorKind::Interrupted) would make the standard library's loops try again.
///
/// The failure is among the sources, so the error code of the operating system can be found there.
/// In a coroutine, a yield, a `?` or [`Error::new`] converts the `io::Error` back into the same
/// error, with its trace.
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

/// Unwraps the error that an `io::Error` carries. Converts any other error by `make`, also an
/// `io::Error` that carries none.
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

/// If the box holds an `io::Error` that carries an error, returns the carried one, else the box as
/// it was.
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

/// Whether it was made from an [`Error`].
fn carries(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inside| inside.is::<Carried>())
}
