//! What can go wrong with keys.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;

use super::key::{AnyKey, Key};

/// A key was registered while it was pending already.
#[derive(Debug, Clone)]
pub struct KeyReuseError {
    key: String,
    registered_at: &'static Location<'static>,
}

impl KeyReuseError {
    pub(super) fn new(key: &impl Key, registered_at: &'static Location<'static>) -> Self {
        KeyReuseError { key: key.text(), registered_at }
    }

    /// The key, in its debug form.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Where it was registered first.
    #[must_use]
    pub fn registered_at(&self) -> &'static Location<'static> {
        self.registered_at
    }
}

impl fmt::Display for KeyReuseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {} is already pending: it was registered at {}", self.key, self.registered_at)
    }
}

impl StdError for KeyReuseError {}

/// A key was asked about that is not pending in this call: it was never registered, or its value was taken already.
///
/// A key of another coroutine call is unknown, and so is one of the same coroutine in another `async` block.
#[derive(Debug, Clone)]
pub struct UnknownKeyError {
    key: String,
    /// The type of the key, and that of one that looks alike.
    alike: Option<(&'static str, &'static str)>,
}

impl UnknownKeyError {
    pub(super) fn new(key: &impl Key) -> Self {
        UnknownKeyError { key: key.text(), alike: None }
    }

    /// Notes that a key of another type looks alike.
    pub(super) fn with_alike(mut self, key: &impl Key, other: Option<&'static str>) -> Self {
        self.alike = other.map(|other| (key.type_name(), other));
        self
    }

    /// The key, in its debug form.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for UnknownKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {} is not pending", self.key)?;
        match self.alike {
            Some((this, other)) => {
                write!(f, ": it is of type `{this}`, and one of type `{other}` looks alike")
            }
            None => Ok(()),
        }
    }
}

impl StdError for UnknownKeyError {}

/// A key was asked for a value of another type than it was registered for.
#[derive(Debug, Clone)]
pub struct KeyTypeError {
    key: String,
    registered: &'static str,
    asked: &'static str,
    registered_at: &'static Location<'static>,
}

impl KeyTypeError {
    pub(super) fn new<T>(
        key: &impl Key,
        registered: &'static str,
        registered_at: &'static Location<'static>,
    ) -> Self {
        KeyTypeError { key: key.text(), registered, asked: type_name::<T>(), registered_at }
    }

    /// The key, in its debug form.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Where it was registered.
    #[must_use]
    pub fn registered_at(&self) -> &'static Location<'static> {
        self.registered_at
    }
}

impl fmt::Display for KeyTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let KeyTypeError { key, registered, asked, registered_at } = self;
        write!(f, "the key {key} is for a value of type `{registered}`, as registered at {registered_at}, not of type `{asked}`")
    }
}

impl StdError for KeyTypeError {}

/// A key was waited for whose callables were all dropped without a call: its value will never come.
///
/// (Tornado waits for ever.)
#[derive(Debug, Clone)]
pub struct CallbackDroppedError {
    key: Option<(String, &'static Location<'static>)>,
}

impl CallbackDroppedError {
    pub(super) fn of_key(key: &dyn AnyKey, registered_at: &'static Location<'static>) -> Self {
        CallbackDroppedError { key: Some((key.text(), registered_at)) }
    }

    /// The callback of a [`task`](super::task), which has no key.
    pub(super) fn of_task() -> Self {
        CallbackDroppedError { key: None }
    }

    /// The key, in its debug form; none if it was the callback of [`gen::task`](crate::task).
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|(key, _)| key.as_str())
    }
}

impl fmt::Display for CallbackDroppedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some((key, at)) => {
                write!(f, "the callback of the key {key}, registered at {at}, was dropped without a call")
            }
            None => f.write_str("the callback of the task was dropped without a call"),
        }
    }
}

impl StdError for CallbackDroppedError {}

/// A coroutine ended well, but left keys behind that were never waited for.
///
/// It takes the place of the output. A [`gen::Return`](fn@crate::Return) is a good end, too; after an error of the body's own nothing is said about its keys.
#[derive(Debug, Clone)]
pub struct LeakedCallbackError {
    keys: Vec<LeakedKey>,
}

impl LeakedCallbackError {
    pub(super) fn new(keys: Vec<LeakedKey>) -> Self {
        LeakedCallbackError { keys }
    }

    /// The keys, in the order in which they were registered.
    #[must_use]
    pub fn keys(&self) -> &[LeakedKey] {
        &self.keys
    }
}

impl fmt::Display for LeakedCallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the coroutine ended without waiting for its callbacks: ")?;
        list(&self.keys, f)
    }
}

impl StdError for LeakedCallbackError {}

/// A key that nobody waited for.
#[derive(Debug, Clone)]
pub struct LeakedKey {
    key: String,
    registered_at: &'static Location<'static>,
}

impl LeakedKey {
    pub(super) fn new(key: String, registered_at: &'static Location<'static>) -> Self {
        LeakedKey { key, registered_at }
    }

    /// The key, in its debug form.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Where it was registered.
    #[must_use]
    pub fn registered_at(&self) -> &'static Location<'static> {
        self.registered_at
    }
}

impl fmt::Display for LeakedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (registered at {})", self.key, self.registered_at)
    }
}

/// Writes keys, separated by commas.
pub(super) fn list(keys: &[LeakedKey], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (position, key) in keys.iter().enumerate() {
        let separator = if position == 0 { "" } else { ", " };
        write!(f, "{separator}{key}")?;
    }
    Ok(())
}

/// A point is used when the call that it belongs to is over.
#[derive(Debug)]
pub(super) struct CallEnded;

impl fmt::Display for CallEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the coroutine call that the yield point belongs to has ended")
    }
}

impl StdError for CallEnded {}

/// A value is taken that is not there yet.
#[derive(Debug)]
pub(super) struct NotReady {
    key: String,
    registered_at: &'static Location<'static>,
}

impl NotReady {
    pub(super) fn new(key: &impl Key, registered_at: &'static Location<'static>) -> Self {
        NotReady { key: key.text(), registered_at }
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {}, registered at {}, has no value yet", self.key, self.registered_at)
    }
}

impl StdError for NotReady {}
