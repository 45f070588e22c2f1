//! The errors of yieldables, including errors that cannot be thrown.

use std::future::IntoFuture;

use super::future::Plain;

/// A yieldable with one or more outputs that are `Result`s, whether or not their error can be
/// thrown.
///
/// An impl has the bounds of that of [`Yieldable`](crate::Yieldable). Without one of them, a value
/// that is not yieldable for that reason would compile, and its yield would fail.
pub trait HasError<M> {
    /// The type of the error.
    type Err;
    /// The value that the yield would give if the error could be thrown.
    type Value;
}

impl<F, T, E> HasError<Plain> for F
where
    F: IntoFuture<Output = Result<T, E>>,
{
    type Err = E;
    type Value = T;
}

/// Implements [`HasError`] for a type that waits for a yieldable `Y`. Its error is that of `Y`, and
/// so is its value unless another one is named.
macro_rules! forward_error {
    ([$($parameter:ident)*] $waits:ty: $marker:ty => $value:ty) => {
        impl<Y: $crate::yieldable::HasError<M>, $($parameter,)* M> $crate::yieldable::HasError<$marker>
            for $waits
        {
            type Err = Y::Err;
            type Value = $value;
        }
    };
    ([$($parameter:ident)*] $waits:ty: $marker:ty) => {
        forward_error!([$($parameter)*] $waits: $marker => Y::Value);
    };
}

pub(crate) use forward_error;
