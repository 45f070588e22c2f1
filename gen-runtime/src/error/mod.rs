//! The error of every yield.
//!
//! An [`Error`] is one pointer to three things:
//!
//! - the *payload*: the failure itself, which is any standard error. Clones share it.
//! - the *trace*: the yields that the error passed, innermost first. A clone copies it. So if two
//!   tasks wait for one failure, each gets the trace of its own way.
//! - the *others*: the other failures of the same parallel yield.
//!
//! Like `anyhow::Error`, it dereferences to `dyn std::error::Error` but does not implement that
//! trait. If it did, `?` could not convert every standard error into it.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | [`Error`] itself |
//! | `payload.rs` | the payload: a failure, with the contexts in front of it |
//! | `downcast.rs` | the downcasts of an error to the type of its failure |
//! | `print.rs` | how an error prints |
//! | `child_error.rs` | [`ChildError`] and [`ChildKey`]: another failure, and the child that failed |
//! | `drops.rs` | drops of errors that hold errors, without recursion |
//! | `throw.rs` | [`Throw`]: the types that can be thrown into a coroutine |
//! | `add_context.rs` | [`Context`]: contexts for the error of a `Result`, and for a `None` |
//! | `bail.rs` | `bail!` and `ensure!` |
//! | `carried.rs` | conversion to `Box<dyn Error>` and `anyhow::Error`, and back with the trace |
//! | `io.rs` | conversion to `std::io::Error`, and back |
//! | `own.rs` | the bound on an error type of a user's own |
//! | `from_anyhow.rs` | conversion from an `anyhow::Error` |
//! | `kinds.rs` | [`TimeoutError`], an error of the runtime itself |
//! | `unit.rs`, `of_type.rs` | the types of errors without a field, and of errors that name a type |
//! | `site.rs` | [`Site`]: a source position |
//! | `cancelled.rs`, `request.rs` | [`Cancelled`], the error of a cancelled yield, and its request |
//! | `panicked.rs` | [`Panicked`], the error of a body or a child that panicked |
//! | `callback_output.rs` | [`CallbackOutput`]: the types that a callback may return |
//! | `as_any.rs` | trait objects as `dyn Any` |
//! | `printed.rs` | calls of a user's `Display`, which may panic |

mod add_context;
mod as_any;
mod bail;
mod callback_output;
mod cancelled;
mod carried;
mod child_error;
mod downcast;
mod drops;
#[cfg(feature = "anyhow")]
mod from_anyhow;
mod io;
mod kinds;
mod of_type;
pub(crate) mod ok;
mod own;
mod panicked;
mod payload;
mod print;
mod printed;
mod request;
mod site;
mod throw;
mod unit;

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

pub use self::add_context::Context;
pub(crate) use self::as_any::AsAny;
pub use self::bail::{text_error, Bailed, ErrorItself};
pub use self::callback_output::CallbackOutput;
pub use self::cancelled::Cancelled;
use self::child_error::Others;
pub use self::child_error::{ChildError, ChildKey};
pub use self::kinds::TimeoutError;
pub(crate) use self::of_type::type_error;
pub(crate) use self::own::TakesUpErrors;
pub use self::panicked::Panicked;
pub(crate) use self::panicked::{catch_panic, drop_payload, text_of};
use self::payload::{AnyError, ContextLink, ContextOf, ContextPayload, Payload, StandardPayload};
pub(crate) use self::print::Alone;
pub(crate) use self::printed::{printed, Printed};
pub use self::request::CancelSource;
pub(crate) use self::request::{Passage, Request};
pub use self::site::Site;
pub use self::throw::Throw;
pub(crate) use self::unit::unit_error;

/// The result of a yield, and of most things in this crate.
///
/// ```
/// fn parse(text: &str) -> gen::Result<u16> {
///     Ok(text.parse::<u16>()?)
/// }
/// assert_eq!(parse("80").unwrap(), 80);
/// assert!(parse("eighty").is_err());
/// ```
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// An error that a coroutine can be resumed with, and that records the yields it passed.
///
/// `?` converts any standard error into it, and [`Error::new`] also texts and boxed errors. To find
/// out what failed, use [`is`](Error::is) or [`downcast_ref`](Error::downcast_ref). Both look
/// through every [`context`](Error::context).
///
/// | form | what it prints |
/// |---|---|
/// | `{e}` | the message |
/// | `{e:#}` | the message and its causes, in one line |
/// | `{e:?}` | the message, its causes, the [trace](Error::trace) and the [others](Error::others), one a line |
/// | `{e:#?}` | the same, and the trace of each of the others |
///
/// It is one pointer wide, `Send`, `Sync` and `Clone`. A clone shares the failure, and has a trace
/// of its own from then on.
///
/// ```
/// let error = gen::Error::new("the disk is full").context("cannot save");
/// assert_eq!(format!("{error}"), "cannot save");
/// assert_eq!(format!("{error:#}"), "cannot save: the disk is full");
/// assert_eq!(format!("{error:?}"), "cannot save\ncaused by: the disk is full");
/// ```
#[derive(Clone)]
pub struct Error {
    repr: Box<Repr>,
}

#[derive(Clone)]
struct Repr {
    payload: ContextLink,
    trace: Vec<Site>,
    others: Others,
}

impl Error {
    /// Makes an error from anything that can be [thrown](Throw): a standard error, a text or a
    /// boxed error.
    ///
    /// ```
    /// let boxed: Box<dyn std::error::Error + Send + Sync> = "no route".into();
    /// assert_eq!(gen::Error::new(boxed).to_string(), "no route");
    /// ```
    pub fn new<E, M>(error: E) -> Self
    where
        E: Throw<M>,
    {
        error.throw()
    }

    fn from_payload(payload: Arc<dyn Payload>) -> Self {
        let payload = ContextLink::new(payload);
        Error { repr: Box::new(Repr { payload, trace: Vec::new(), others: Others::default() }) }
    }

    fn without_others(&self) -> Self {
        let (payload, trace) = (self.repr.payload.clone(), self.repr.trace.clone());
        Error { repr: Box::new(Repr { payload, trace, others: Others::default() }) }
    }

    fn payload(&self) -> &Arc<dyn Payload> {
        self.repr.payload.get()
    }

    fn as_std(&self) -> &AnyError {
        self.payload().as_std()
    }

    /// Puts `message` in front of the error, which becomes the cause.
    ///
    /// The trace and the others stay, and [`is`](Error::is) still finds the cause. With the trait
    /// [`gen::Context`](trait@crate::Context) a `Result` has this method too.
    ///
    /// ```
    /// let error = gen::Error::from(std::fmt::Error).context("cannot print");
    /// assert!(error.is::<std::fmt::Error>());
    /// ```
    #[must_use]
    pub fn context(self, message: impl fmt::Display) -> Self {
        self.with_context_of(ContextOf::Text(message.to_string()))
    }

    /// As [`context`](Self::context), with an error to which the whole can be downcast, too.
    pub(crate) fn within<E: StdError + Send + Sync + 'static>(self, context: E) -> Self {
        self.with_context_of(ContextOf::Error(Box::new(context)))
    }

    fn with_context_of(mut self, context: ContextOf) -> Self {
        let context = ContextPayload::shared(context, self.repr.payload.clone());
        self.repr.payload = ContextLink::new(context);
        self
    }

    /// The error and its causes, outermost first.
    ///
    /// ```
    /// let error = gen::Error::new("refused").context("cannot connect");
    /// let texts: Vec<String> = error.chain().map(ToString::to_string).collect();
    /// assert_eq!(texts, ["cannot connect", "refused"]);
    /// ```
    pub fn chain(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        chain_of(self.as_std())
    }

    /// The yields that this error passed, innermost first.
    ///
    /// A clone has a trace of its own: the yields that the original passes later are not in it.
    #[must_use]
    pub fn trace(&self) -> &[Site] {
        &self.repr.trace
    }

    /// The other failures of the parallel yield that raised this error, in the order of the
    /// children.
    ///
    /// A parallel yield waits for all of its children and raises the first error in *child order*.
    /// The rest is here. (Tornado only logs it.) If the raised error itself came from a parallel
    /// yield within a child, the others of the inner yield come first, each with its
    /// [path](ChildError::path).
    #[must_use]
    pub fn others(&self) -> &[ChildError] {
        self.repr.others.as_slice()
    }

    /// Converts the error into a type that implements [`std::error::Error`], for code that demands
    /// that trait.
    ///
    /// If it is converted back, by `?`, from a `Box<dyn Error + Send + Sync>` or from an
    /// `anyhow::Error`, the result is this error again, with its trace.
    ///
    /// The trace and the failure are among its sources. If the error passed a yield, the first
    /// [`source`](StdError::source) prints the trace (`at src/fetch.rs:31:17 in fetch_page`). The
    /// failure comes after the [contexts](Error::context), and can be downcast to its type.
    ///
    /// ```
    /// use std::error::Error;
    ///
    /// let error = gen::Error::from("x".parse::<u8>().unwrap_err()).context("no number");
    /// let boxed: Box<dyn Error> = error.into();
    /// assert_eq!(boxed.to_string(), "no number");
    /// assert!(boxed.source().unwrap().is::<std::num::ParseIntError>());
    /// ```
    ///
    /// ```
    /// let there = gen::Error::new("gone").into_std();
    /// let back = gen::Error::from(there);
    /// assert_eq!(back.to_string(), "gone");
    /// ```
    #[must_use]
    pub fn into_std(self) -> impl StdError + Send + Sync + 'static {
        carried::Carried::new(self)
    }

    /// Whether this and `other` are the same failure, each possibly with contexts of its own.
    pub(crate) fn is_same_failure(&self, other: &Error) -> bool {
        Arc::ptr_eq(payload::root(self.payload()), payload::root(other.payload()))
    }

    /// Marks the failure as reported to the log, for all clones. Returns whether it was marked
    /// before.
    pub(crate) fn mark_reported(&self) -> bool {
        payload::root(self.payload()).reported().mark()
    }

    /// Whether this is `failure`, possibly with further [contexts](Error::context).
    pub(crate) fn comes_of(&self, failure: &Error) -> bool {
        std::iter::successors(Some(self.payload()), |payload| payload.beneath())
            .any(|payload| Arc::ptr_eq(payload, failure.payload()))
    }

    /// Records that the error passed the yield at `site`.
    pub(crate) fn passed(mut self, site: Site) -> Self {
        if self.repr.trace.is_empty() {
            self.set_cancelled_site(site);
        }
        if let Some(cancelled) = self.downcast_ref::<Cancelled>() {
            cancelled.passed(site);
        }
        self.repr.trace.push(site);
        self
    }

    /// If this is a cancellation, writes the site of its first yield into it. A payload that is
    /// shared is left alone: it has the site of another yield already.
    fn set_cancelled_site(&mut self, site: Site) {
        let payload = Arc::get_mut(self.repr.payload.get_mut());
        let payload = payload.map(|payload| payload.as_any_mut());
        if let Some(cancelled) =
            payload.and_then(|payload| payload.downcast_mut::<StandardPayload<Cancelled>>())
        {
            cancelled.error.arrived(site);
        }
    }

    /// Records that the error ended a group as the failure of the child `key`, and that `others`
    /// failed in the same group.
    pub(crate) fn with_others(mut self, key: &ChildKey, others: Vec<ChildError>) -> Self {
        self.repr.others.join(key, others);
        self
    }
}

/// An error and its causes, without the messages that a [`Carried`](carried::Carried) repeats.
fn chain_of<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> + use<'a> {
    fn cause<'a>(error: &&'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
        (*error).source().and_then(carried::shown)
    }
    std::iter::successors(carried::shown(error), cause)
}

impl Deref for Error {
    type Target = dyn StdError + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        self.as_std()
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        carried::unwrap_or_else(error, |error| Error::from_payload(StandardPayload::shared(error)))
    }
}
