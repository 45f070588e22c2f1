//! The error of every yield.
//!
//! [`Error`] is one pointer to: a shared *payload* (any standard error), the *trace* (the yields it passed, innermost first) and the
//! *others* (what else failed in the same parallel yield). Cloning shares the payload and copies the trace, so two waiters of one
//! failure each get the way it took to them.
//!
//! It follows `anyhow::Error`: it dereferences to `dyn std::error::Error` but does not implement that trait, because then `?` could not
//! convert every standard error into it.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | `Error` itself, and how it prints |
//! | `throw.rs` | [`Throw`]: what can be thrown into a coroutine |
//! | `carried.rs` | the way out to `Box<dyn Error>` and `anyhow::Error`, and back without losing the trace |
//! | `from_anyhow.rs` | the way in for an `anyhow::Error` |
//! | `return_value.rs` | `gen::Return` |
//! | `kinds.rs` | the errors of the runtime itself |

mod carried;
#[cfg(feature = "anyhow")]
mod from_anyhow;
mod kinds;
mod return_value;
mod throw;

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

pub use self::kinds::{BadYieldError, Panicked, ReturnValueIgnoredError, TimeoutError};
pub use self::return_value::{CatchReturn, Return};
pub use self::throw::Throw;
use crate::cancel::Cancelled;
use crate::coroutine::Site;

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

type Payload = Arc<dyn StdError + Send + Sync + 'static>;

/// An error that a coroutine can be resumed with, and that remembers the yields it passed.
///
/// Any standard error becomes one by `?`; texts and boxed errors by [`Error::new`]. Ask with [`is`](Error::is) or
/// [`downcast_ref`](Error::downcast_ref) what it is; both look through [`context`](Error::context).
///
/// `{e}` prints the message; `{e:#}` the message and its causes in one line; `{e:?}` the message, the causes, the trace and
/// [`others`](Error::others), one a line.
///
/// It is one pointer wide, `Send`, `Sync` and `Clone`. A clone shares the payload and has a trace of its own from then on.
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
    payload: Payload,
    trace: Vec<Site>,
    others: Vec<Other>,
}

impl Error {
    /// Makes an error of anything that can be thrown: a standard error, a text, a boxed error.
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

    fn from_payload(payload: Payload) -> Self {
        Error { repr: Box::new(Repr { payload, trace: Vec::new(), others: Vec::new() }) }
    }

    /// Puts a message in front; the error so far becomes its cause.
    ///
    /// The trace and the others stay, and [`is`](Error::is) still finds what is beneath.
    ///
    /// ```
    /// let error = gen::Error::from(std::fmt::Error).context("cannot print");
    /// assert!(error.is::<std::fmt::Error>());
    /// ```
    #[must_use]
    pub fn context(mut self, message: impl fmt::Display) -> Self {
        let cause = self.repr.payload.clone();
        self.repr.payload = Arc::new(Context { message: message.to_string(), cause });
        self
    }

    /// Whether this is an `E`, possibly beneath a [`context`](Error::context).
    #[must_use]
    pub fn is<E: StdError + Send + Sync + 'static>(&self) -> bool {
        self.downcast_ref::<E>().is_some()
    }

    /// The `E` that this is, possibly beneath a [`context`](Error::context).
    ///
    /// Causes that the payload itself names by `source()` are not searched: ask them with [`chain`](Error::chain).
    #[must_use]
    pub fn downcast_ref<E: StdError + Send + Sync + 'static>(&self) -> Option<&E> {
        let mut payload: &(dyn StdError + 'static) = &**self;
        while let Some(context) = payload.downcast_ref::<Context>() {
            payload = &*context.cause;
        }
        #[cfg(feature = "anyhow")]
        if let Some(from_anyhow) = payload.downcast_ref::<from_anyhow::FromAnyhow>() {
            return from_anyhow.find();
        }
        payload.downcast_ref()
    }

    /// The error and its causes, outermost first.
    ///
    /// ```
    /// let error = gen::Error::new("refused").context("cannot connect");
    /// let texts: Vec<String> = error.chain().map(ToString::to_string).collect();
    /// assert_eq!(texts, ["cannot connect", "refused"]);
    /// ```
    pub fn chain(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        fn cause<'a>(error: &&'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
            (*error).source()
        }
        let first: &(dyn StdError + 'static) = &**self;
        std::iter::successors(Some(first), cause)
    }

    /// The yields that this error passed, innermost first.
    ///
    /// A clone's trace is its own: what the original passes later does not show up in it.
    #[must_use]
    pub fn trace(&self) -> &[Site] {
        &self.repr.trace
    }

    /// What else failed in the parallel yield that this error came from, in the order of the children.
    ///
    /// A parallel yield waits for all of its children and raises the first error in *child order*; the rest is here. (Tornado only logs it.)
    #[must_use]
    pub fn others(&self) -> &[Other] {
        &self.repr.others
    }

    /// This error as a type that implements [`std::error::Error`], to hand it to code that wants one.
    ///
    /// Coming back by `?`, through `Box<dyn Error + Send + Sync>` or through `anyhow`, it is recognised and is this error again, with its trace.
    ///
    /// ```
    /// let there = gen::Error::new("gone").into_std();
    /// let back = gen::Error::from(there);
    /// assert_eq!(back.to_string(), "gone");
    /// ```
    #[must_use]
    pub fn into_std(self) -> impl StdError + Send + Sync + 'static {
        carried::Carried(self)
    }

    /// Tells the clones of one failure from other failures.
    pub(crate) fn identity(&self) -> *const () {
        Arc::as_ptr(&self.repr.payload).cast()
    }

    /// Whether this is that failure, possibly with a [`context`](Error::context).
    pub(crate) fn comes_of(&self, failure: &Error) -> bool {
        let mut payload = &self.repr.payload;
        loop {
            if Arc::as_ptr(payload).cast() == failure.identity() {
                return true;
            }
            match payload.downcast_ref::<Context>() {
                Some(context) => payload = &context.cause,
                None => return false,
            }
        }
    }

    /// Records that the error arrived at a yield.
    pub(crate) fn passed(mut self, site: Site) -> Self {
        if self.repr.trace.is_empty() {
            self.tell_site(site);
        }
        self.repr.trace.push(site);
        self
    }

    /// A cancellation knows where it arrived. One that is shared already had its first yield elsewhere.
    fn tell_site(&mut self, site: Site) {
        let payload = Arc::get_mut(&mut self.repr.payload);
        if let Some(cancelled) = payload.and_then(|payload| payload.downcast_mut::<Cancelled>()) {
            cancelled.arrived(site);
        }
    }

    pub(crate) fn with_others(mut self, others: Vec<Other>) -> Self {
        self.repr.others.extend(others);
        self
    }
}

impl Deref for Error {
    type Target = dyn StdError + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        &*self.repr.payload
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        carried::unwrap_or_else(error, |error| Error::from_payload(Arc::new(error)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", &self.repr.payload)?;
        if f.alternate() {
            self.chain().skip(1).try_for_each(|cause| write!(f, ": {cause}"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", &self.repr.payload)?;
        self.chain().skip(1).try_for_each(|cause| write!(f, "\ncaused by: {cause}"))?;
        self.trace().iter().try_for_each(|site| write!(f, "\nat {site}"))?;
        self.others().iter().try_for_each(|other| write!(f, "\nalso failed: {other}"))
    }
}

/// Another failure of the same parallel yield, and which child it was: see [`Error::others`].
///
/// It prints as the place and the error in one line: `[2]: connection refused`.
#[derive(Clone)]
pub struct Other {
    /// Which child failed.
    pub place: Place,
    /// What it failed with.
    pub error: Error,
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]: {:#}", self.place, self.error)
    }
}

impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]: {:?}", self.place, self.error)
    }
}

/// The place of a child in a parallel yield.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The position in a list or a tuple, from 0.
    Index(usize),
    /// The key in a map, in its debug form.
    Key(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Index(index) => write!(f, "{index}"),
            Place::Key(key) => f.write_str(key),
        }
    }
}

/// A message in front of a cause.
#[derive(Debug)]
struct Context {
    message: String,
    cause: Payload,
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Context {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
}
