//! Asking an [`Error`] for its type, by reference and by value.

use std::any::Any;
use std::error::Error as StdError;
use std::sync::Arc;

#[cfg(feature = "anyhow")]
use super::from_anyhow::FromAnyhow;
use super::payload::{BoxedPayload, ContextPayload, Payload, StandardPayload};
use super::{Cancelled, Error};

impl Error {
    /// Whether this is an `E`, possibly beneath a [`context`](Error::context).
    #[must_use]
    pub fn is<E: StdError + Send + Sync + 'static>(&self) -> bool {
        self.downcast_ref::<E>().is_some()
    }

    /// Whether this is a cancellation: a [`Cancelled`], possibly beneath a
    /// [`context`](Error::context).
    ///
    /// It is for the branch of a `match` that must not take it for one failure of many, such as
    /// that of a loop that tries again: see [`Cancelled`](crate::Cancelled#swallowed).
    ///
    /// ```
    /// use gen::yield_;
    ///
    /// #[gen::coroutine]
    /// fn accept() -> gen::Result<u32> {
    ///     loop {
    ///         match yield_!(std::future::pending::<gen::Result<u32>>()) {
    ///             Ok(connection) => return Ok(connection),
    ///             Err(error) if error.is_cancelled() => return Err(error),
    ///             Err(_) => yield_!(gen::sleep(std::time::Duration::from_secs(1)))?, // and again
    ///         }
    ///     }
    /// }
    ///
    /// #[gen::coroutine]
    /// fn body() -> gen::Result<bool> {
    ///     let task = gen::spawn(accept());
    ///     yield_!(task.cancel("the server stops"))?;
    ///     Ok(yield_!(task).unwrap_err().is_cancelled())
    /// }
    /// assert!(gen::run_sync(body()).unwrap());
    /// ```
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is::<Cancelled>()
    }

    /// The `E` that this is, possibly beneath a [`context`](Error::context).
    ///
    /// Causes that the payload itself names by `source()` are not searched: ask them with
    /// [`chain`](Error::chain).
    #[must_use]
    pub fn downcast_ref<E: StdError + Send + Sync + 'static>(&self) -> Option<&E> {
        let mut payloads = std::iter::successors(Some(self.payload()), |payload| payload.beneath());
        payloads.find_map(|payload| find(&**payload))
    }

    /// Takes the `E` out, possibly from beneath a [`context`](Error::context), which is dropped
    /// with the trace and the others.
    ///
    /// ```
    /// use std::num::ParseIntError;
    ///
    /// let error = gen::Error::from("x".parse::<u8>().unwrap_err()).context("no number");
    /// let error = error.downcast::<std::fmt::Error>().unwrap_err(); // not one of these
    /// let clone = error.clone();
    /// let error = error.downcast::<ParseIntError>().unwrap_err(); // it is the clone's too
    /// assert!(error.is::<ParseIntError>());
    /// drop(clone);
    /// let number: ParseIntError = error.downcast().unwrap();
    /// assert_eq!(number, "x".parse::<u8>().unwrap_err());
    /// ```
    ///
    /// # Errors
    ///
    /// This error, as it was, if it is no `E`; or if a clone of it lives, since clones share what
    /// failed. Clones are not only those that you made: a [`SharedFuture`](crate::SharedFuture)
    /// that failed keeps its error, and so does the handle of a scope's child. Where that may be,
    /// [`downcast_ref`](Error::downcast_ref) is the way.
    pub fn downcast<E: StdError + Send + Sync + 'static>(self) -> Result<E, Self> {
        if !self.is::<E>() || !self.is_sole() {
            return Err(self);
        }
        let mut payload = self.repr.payload.take();
        loop {
            match unwrap(payload) {
                Unwrapped::Found(error) => return Ok(error),
                Unwrapped::Beneath(next) => payload = next,
                // No clone appears meanwhile: there is nobody to make one.
                Unwrapped::Neither(left) => return Err(Error::from_payload(left)),
            }
        }
    }

    /// Whether nobody else shares what failed.
    fn is_sole(&self) -> bool {
        std::iter::successors(Some(self.payload()), |payload| payload.beneath())
            .all(|payload| Arc::strong_count(payload) == 1)
    }
}

/// The `E` that a payload is, or that an `anyhow::Error` finds.
fn find<E: StdError + 'static + Send + Sync>(payload: &dyn Payload) -> Option<&E> {
    #[cfg(feature = "anyhow")]
    if let Some(from_anyhow) = (payload as &dyn Any).downcast_ref::<FromAnyhow>() {
        return from_anyhow.error.downcast_ref();
    }
    let error: &(dyn StdError + 'static) = payload.as_std();
    error.downcast_ref()
}

enum Unwrapped<E> {
    Found(E),
    Beneath(Arc<dyn Payload>),
    Neither(Arc<dyn Payload>),
}

/// Takes a payload apart that nobody shares.
fn unwrap<E: StdError + Send + Sync + 'static>(payload: Arc<dyn Payload>) -> Unwrapped<E> {
    let payload = match take::<StandardPayload<E>>(payload) {
        Ok(standard) => return Unwrapped::Found(standard.error),
        Err(payload) => payload,
    };
    let payload = match take::<ContextPayload>(payload) {
        Ok(context) => return Unwrapped::Beneath(context.cause.take()),
        Err(payload) => payload,
    };
    #[cfg(feature = "anyhow")]
    let payload = match take::<FromAnyhow>(payload) {
        Ok(from_anyhow) => return unwrap_anyhow(from_anyhow.error),
        Err(payload) => payload,
    };
    match take::<BoxedPayload>(payload) {
        Ok(boxed) => match boxed.error.downcast() {
            Ok(error) => Unwrapped::Found(*error),
            Err(error) => Unwrapped::Neither(BoxedPayload::shared(error)),
        },
        Err(payload) => Unwrapped::Neither(payload),
    }
}

#[cfg(feature = "anyhow")]
fn unwrap_anyhow<E: StdError + Send + Sync + 'static>(error: anyhow::Error) -> Unwrapped<E> {
    match error.downcast::<E>().map_err(FromAnyhow::unwrap) {
        Ok(error) => Unwrapped::Found(error),
        Err(Ok(carried)) => Unwrapped::Beneath(carried.repr.payload.take()),
        Err(Err(error)) => Unwrapped::Neither(FromAnyhow::shared(error)),
    }
}

/// The payload as a `P`, if it is one that nobody shares.
fn take<P: Payload>(payload: Arc<dyn Payload>) -> Result<P, Arc<dyn Payload>> {
    if !(&*payload as &dyn Any).is::<P>() || Arc::strong_count(&payload) > 1 {
        return Err(payload);
    }
    let any: Arc<dyn Any + Send + Sync> = payload;
    let taken = any.downcast::<P>().ok().and_then(Arc::into_inner);
    Ok(taken.expect("it is a `P`, and this is the only reference"))
}
