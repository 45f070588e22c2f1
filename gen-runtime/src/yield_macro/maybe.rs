//! The check that `maybe_future!` makes of a value: is it a future?
//!
//! As in the [probe](super::probe) of `yield_!`, method lookup decides:
//! `(&&Maybe::of(&value)).maybe_kind()` tries [`FutureKind`] first.

use std::future::{ready, IntoFuture, Ready};
use std::marker::PhantomData;

/// Stands for the type `T` in the check.
pub struct Maybe<T>(PhantomData<fn() -> T>);

impl<T> Maybe<T> {
    /// Stands for the type of a value.
    pub fn of(_: &T) -> Self {
        Maybe(PhantomData)
    }
}

/// The first level: a type that implements `IntoFuture`.
pub trait FutureKind {
    /// Returns the tag of this level.
    fn maybe_kind(&self) -> AsFuture {
        AsFuture
    }
}

/// The last level: any other type.
pub trait ValueKind {
    /// Returns the tag of this level.
    fn maybe_kind(&self) -> AsValue {
        AsValue
    }
}

impl<T: IntoFuture> FutureKind for &Maybe<T> {}
impl<T> ValueKind for Maybe<T> {}

/// The tag of a future.
pub struct AsFuture;
/// The tag of any other value.
pub struct AsValue;

impl AsFuture {
    /// Returns the future.
    pub fn resolve<T: IntoFuture>(self, future: T) -> T::IntoFuture {
        future.into_future()
    }
}

impl AsValue {
    /// Makes a future that is ready with the value.
    pub fn resolve<T>(self, value: T) -> Ready<T> {
        ready(value)
    }
}
