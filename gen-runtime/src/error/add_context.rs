//! [`Context`], which adds a context to the error of a `Result`, and makes an error of a `None`.

use std::fmt::Display;

use super::{Error, Result, Throw};

/// Says what the program was doing when something failed: `yield_!(x).context("..")?`.
///
/// The trait adds two methods to every [`Result`](std::result::Result) whose error can be
/// [thrown](Throw), and to [`Option`]. Import it to call them: `use gen::Context as _;`.
///
/// Of an `Err` they make a [`gen::Error`](Error) with the message in front, as
/// [`Error::context`] does: the failure becomes its cause. The [trace](Error::trace) and the
/// [others](Error::others) stay, and [`is`](Error::is) and [`downcast_ref`](Error::downcast_ref)
/// still find the failure. Of a `None` they make an error that prints the message.
///
/// ```
/// use gen::{yield_, Context as _};
/// use std::collections::HashMap;
/// use std::future::ready;
///
/// #[gen::coroutine]
/// fn port(config: HashMap<&str, &str>) -> gen::Result<u16> {
///     let port = config.get("port").context("the config names no port")?;
///     yield_!(ready(port.parse())).with_context(|| format!("the port is {port:?}"))
/// }
///
/// let error = gen::run_sync(port(HashMap::new())).unwrap_err();
/// assert_eq!(error.to_string(), "the config names no port");
///
/// let error = gen::run_sync(port(HashMap::from([("port", "x")]))).unwrap_err();
/// assert_eq!(error.to_string(), "the port is \"x\"");
/// assert!(error.is::<std::num::ParseIntError>());
/// assert_eq!(error.trace().len(), 1);
/// ```
///
/// # With anyhow
///
/// `anyhow::Context` has methods of the same names. It has no method for the `Result` of a yield,
/// so there the methods of this trait are called even if both traits are in scope. A `Result` of
/// another error, and an `Option`, have the methods of both. There, if both traits are in scope,
/// rustc asks which of them is meant (E0034). So import only one of them into a module that does
/// not need both.
///
/// # Not an error context
///
/// The module [`gen::context`](mod@crate::context) and its [`Context`](crate::context::Context) are
/// about another subject: which coroutine gets the error of a callback.
pub trait Context<T, M> {
    /// Puts `message` in front of the error.
    ///
    /// # Errors
    ///
    /// The error with the message, or for a `None` an error that prints the message.
    fn context(self, message: impl Display) -> Result<T>;

    /// Puts the message that `message` returns in front of the error. It is called only if there is
    /// an error.
    ///
    /// # Errors
    ///
    /// The error with the message, or for a `None` an error that prints the message.
    fn with_context<D: Display>(self, message: impl FnOnce() -> D) -> Result<T>;
}

#[diagnostic::do_not_recommend]
impl<T, E: Throw<M>, M> Context<T, M> for std::result::Result<T, E> {
    fn context(self, message: impl Display) -> Result<T> {
        self.map_err(|error| error.throw().context(message))
    }

    fn with_context<D: Display>(self, message: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.throw().context(message()))
    }
}

/// Marks `Option`s, whose `None` has no error.
#[derive(Debug)]
pub enum NoError {}

impl<T> Context<T, NoError> for Option<T> {
    fn context(self, message: impl Display) -> Result<T> {
        self.ok_or_else(|| Error::new(message.to_string()))
    }

    fn with_context<D: Display>(self, message: impl FnOnce() -> D) -> Result<T> {
        self.ok_or_else(|| Error::new(message().to_string()))
    }
}
