//! The question that `maybe_future!` asks of a value: is it a future?
//!
//! As in the [probe](super::probe) of `yield_!`, method lookup answers it:
//! `(&&Maybe::of(&value)).maybe_kind()` tries [`FutureKind`] first.

use std::future::{ready, IntoFuture, Ready};
use std::marker::PhantomData;

/// A question about the type `T`.
pub struct Maybe<T>(PhantomData<fn() -> T>);

impl<T> Maybe<T> {
    /// Asks about the type of a value.
    pub fn of(_: &T) -> Self {
        Maybe(PhantomData)
    }
}

/// The first level: a future, or what can be made one.
pub trait FutureKind {
    /// Answers with a tag.
    fn maybe_kind(&self) -> AsFuture {
        AsFuture
    }
}

/// The last level: any other value.
pub trait ValueKind {
    /// Answers with a tag.
    fn maybe_kind(&self) -> AsValue {
        AsValue
    }
}

impl<T: IntoFuture> FutureKind for &Maybe<T> {}
impl<T> ValueKind for Maybe<T> {}

/// What is asked about is a future.
pub struct AsFuture;
/// What is asked about is none.
pub struct AsValue;

impl AsFuture {
    /// That future.
    pub fn resolve<T: IntoFuture>(self, future: T) -> T::IntoFuture {
        future.into_future()
    }
}

impl AsValue {
    /// A future that is ready with the value.
    pub fn resolve<T>(self, value: T) -> Ready<T> {
        ready(value)
    }
}
