//! The errors of yieldables, including errors that cannot be thrown.

use std::future::IntoFuture;

use super::future::Plain;

/// A yieldable with one or more outputs that are `Result`s, whether or not their error can be
/// thrown.
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
