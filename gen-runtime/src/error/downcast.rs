//! Downcasts of an [`Error`] to the type of its failure, by reference and by value.

use std::error::Error as StdError;
use std::sync::Arc;

#[cfg(feature = "anyhow")]
use super::from_anyhow::FromAnyhow;
use super::payload::{BoxedPayload, ContextOf, ContextPayload, Payload, StandardPayload};
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
    /// A `match` that handles every failure in the same way, such as a loop that tries again, needs
    /// a branch of its own for it: see [`Cancelled`](crate::Cancelled#swallowed).
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
    ///             Err(_) => yield_!(gen::moment())?, // try again
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
    /// The failure's own causes, which its `source()` returns, are not searched: go through
    /// [`chain`](Error::chain) for them.
    #[must_use]
    pub fn downcast_ref<E: StdError + Send + Sync + 'static>(&self) -> Option<&E> {
        let mut payloads = std::iter::successors(Some(self.payload()), |payload| payload.beneath());
        payloads.find_map(|payload| find(&**payload))
    }

    /// Takes the `E` out, possibly from beneath a [`context`](Error::context). The contexts, the
    /// trace and the others are dropped.
    ///
    /// ```
    /// use std::num::ParseIntError;
    ///
    /// let error = gen::Error::from("x".parse::<u8>().unwrap_err()).context("no number");
    /// let error = error.downcast::<std::fmt::Error>().unwrap_err(); // another type
    /// let clone = error.clone();
    /// let error = error.downcast::<ParseIntError>().unwrap_err(); // shared with the clone
    /// assert!(error.is::<ParseIntError>());
    /// drop(clone);
    /// let number: ParseIntError = error.downcast().unwrap();
    /// assert_eq!(number, "x".parse::<u8>().unwrap_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Returns this error unchanged if it is not an `E`, or if a clone of it exists, since clones
    /// share the failure. Clones of an error beneath the `E`, such as that beneath a
    /// [`GaveUp`](crate::supervise::GaveUp), do not matter. The runtime keeps clones too: a
    /// [`SharedFuture`](crate::SharedFuture) that failed keeps its error, and so does the handle of
    /// a scope's child. Use [`downcast_ref`](Error::downcast_ref) for such errors.
    pub fn downcast<E: StdError + Send + Sync + 'static>(self) -> Result<E, Self> {
        if !self.is_sole_down_to::<E>() {
            return Err(self);
        }
        let mut payload = self.repr.payload.take();
        loop {
            match unwrap(payload) {
                Unwrapped::Found(error) => return Ok(error),
                Unwrapped::Beneath(next) => payload = next,
                // Not because of a clone: these payloads were sole, so nothing could clone them
                // since.
                Unwrapped::Neither(left) => return Err(Error::from_payload(left)),
            }
        }
    }

    /// Whether there is an `E`, and no clone shares a payload from the outermost one down to it.
    fn is_sole_down_to<E: StdError + Send + Sync + 'static>(&self) -> bool {
        std::iter::successors(Some(self.payload()), |payload| payload.beneath())
            .take_while(|payload| Arc::strong_count(payload) == 1)
            .any(|payload| find::<E>(&**payload).is_some())
    }
}

/// The `E` that a payload is, or that an `anyhow::Error` can be downcast to.
fn find<E: StdError + 'static + Send + Sync>(payload: &dyn Payload) -> Option<&E> {
    #[cfg(feature = "anyhow")]
    if let Some(from_anyhow) = payload.as_any().downcast_ref::<FromAnyhow>() {
        return from_anyhow.error.downcast_ref();
    }
    if let Some(ContextPayload { context: ContextOf::Error(context), .. }) = payload.as_any().downcast_ref() {
        let context: &(dyn StdError + 'static) = &**context;
        return context.downcast_ref();
    }
    let error: &(dyn StdError + 'static) = payload.as_std();
    error.downcast_ref()
}

enum Unwrapped<E> {
    Found(E),
    Beneath(Arc<dyn Payload>),
    Neither(Arc<dyn Payload>),
}

/// Takes apart a payload that no clone shares.
fn unwrap<E: StdError + Send + Sync + 'static>(payload: Arc<dyn Payload>) -> Unwrapped<E> {
    let payload = match take::<StandardPayload<E>>(payload) {
        Ok(standard) => return Unwrapped::Found(standard.error),
        Err(payload) => payload,
    };
    let payload = match take::<ContextPayload>(payload) {
        Ok(ContextPayload { context: ContextOf::Error(context), cause }) => {
            return match context.downcast() {
                Ok(context) => Unwrapped::Found(*context),
                Err(_) => Unwrapped::Beneath(cause.take()),
            }
        }
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

/// The payload as a `P`, if it is a `P` that no clone shares.
fn take<P: Payload>(payload: Arc<dyn Payload>) -> Result<P, Arc<dyn Payload>> {
    if !(*payload).as_any().is::<P>() || Arc::strong_count(&payload) > 1 {
        return Err(payload);
    }
    let taken = payload.into_any().downcast::<P>().ok().and_then(Arc::into_inner);
    Ok(taken.expect("it is a `P`, and this is the only reference"))
}
