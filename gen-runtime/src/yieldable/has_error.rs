//! What may fail, and with what: also what fails with an error that cannot be thrown.

use std::future::IntoFuture;

use super::future::Plain;

/// Whatever resolves to a `Result`, or to many, whether its error can be thrown or not.
pub trait HasError<M> {
    /// The error.
    type Err;
    /// What the yield would give if the error could be thrown.
    type Value;
}

impl<F, T, E> HasError<Plain> for F
where
    F: IntoFuture<Output = Result<T, E>>,
{
    type Err = E;
    type Value = T;
}
