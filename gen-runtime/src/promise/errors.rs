//! The errors of promises.

use std::any::type_name;
use std::error::Error;
use std::fmt;

/// A [`Promise`](crate::Promise) was dropped before it was set: its futures give this error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenPromiseError {
    value_type: &'static str,
}

impl BrokenPromiseError {
    pub(super) fn of<T>() -> Self {
        BrokenPromiseError { value_type: type_name::<T>() }
    }
}

impl fmt::Display for BrokenPromiseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the promise of a `{}` was dropped before it was set", self.value_type)
    }
}

impl Error for BrokenPromiseError {}

/// A [`Promise`](crate::Promise) was set a second time. Its first result stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlreadySetError {
    value_type: &'static str,
}

impl AlreadySetError {
    pub(super) fn of<T>() -> Self {
        AlreadySetError { value_type: type_name::<T>() }
    }
}

impl fmt::Display for AlreadySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the promise of a `{}` was set before", self.value_type)
    }
}

impl Error for AlreadySetError {}
