//! The errors of keys.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::key::Key;
use super::named::{names_a_registered_key, KeyList, LeakedKey, NamedKey};
use super::registration::SharedRegistration;
use crate::error::unit_error;

/// A key was registered while it was already pending.
#[derive(Debug, Clone)]
pub struct KeyReuseError {
    key: NamedKey,
    registered_at: &'static Location<'static>,
}

impl KeyReuseError {
    /// Makes the error from the registration that is pending.
    pub(super) fn new(pending: SharedRegistration) -> Self {
        KeyReuseError { registered_at: pending.at(), key: NamedKey::registered(pending) }
    }
}

names_a_registered_key!(KeyReuseError);

impl fmt::Display for KeyReuseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {} is already pending: it was registered at {}", self.key(), self.registered_at)
    }
}

impl StdError for KeyReuseError {}

/// A key is not pending in this call: it was never registered, or its value was taken already.
///
/// A key of another coroutine call is unknown, and so is a key of the same coroutine in another
/// `async` block.
///
/// The text says if a pending key of another type looks the same. Of many pending keys it compares
/// a few.
#[derive(Debug, Clone)]
pub struct UnknownKeyError {
    key: NamedKey,
    key_type: &'static str,
    /// Some of the pending keys of other types.
    pending: Vec<PendingKey>,
}

/// A pending key, and its type.
#[derive(Debug, Clone)]
struct PendingKey {
    key: NamedKey,
    key_type: &'static str,
}

impl UnknownKeyError {
    pub(super) fn new(key: &impl Key) -> Self {
        UnknownKeyError { key: NamedKey::borrowed(key), key_type: key_type(key), pending: Vec::new() }
    }

    /// Adds pending keys of other types, one of which may look the same.
    pub(super) fn with_pending(mut self, pending: Vec<SharedRegistration>) -> Self {
        let named = |registration: SharedRegistration| PendingKey {
            key_type: registration.key().type_name(),
            key: NamedKey::registered(registration),
        };
        self.pending = pending.into_iter().map(named).collect();
        self
    }

    /// The key, in its debug form.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.text()
    }
}

fn key_type<Q: Key>(_: &Q) -> &'static str {
    type_name::<Q>()
}

impl fmt::Display for UnknownKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {} is not pending", self.key())?;
        // A key that looks the same was probably meant.
        match self.pending.iter().find(|pending| pending.key.text() == self.key()) {
            Some(PendingKey { key_type, .. }) => {
                write!(f, ": it is of type `{}`, and one of type `{key_type}` looks the same", self.key_type)
            }
            None => Ok(()),
        }
    }
}

impl StdError for UnknownKeyError {}

/// A key was asked for a value of another type than the one that it was registered for.
#[derive(Debug, Clone)]
pub struct KeyTypeError {
    key: NamedKey,
    registered: &'static str,
    asked: &'static str,
    registered_at: &'static Location<'static>,
}

impl KeyTypeError {
    /// Makes the error from the registration that was asked for a `T`.
    pub(super) fn new<T>(pending: SharedRegistration) -> Self {
        let (registered, registered_at) = (pending.value_type(), pending.at());
        KeyTypeError {
            key: NamedKey::registered(pending),
            registered,
            asked: type_name::<T>(),
            registered_at,
        }
    }
}

names_a_registered_key!(KeyTypeError);

impl fmt::Display for KeyTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (KeyTypeError { registered, asked, registered_at, .. }, key) = (self, self.key());
        write!(f, "the key {key}, registered at {registered_at}, is for a value of type `{registered}`, not `{asked}`")
    }
}

impl StdError for KeyTypeError {}

/// All callables of a key were dropped without a call, so its value will never come.
///
/// (Tornado waits for ever.)
#[derive(Debug, Clone)]
pub struct CallbackDroppedError {
    key: Option<(NamedKey, &'static Location<'static>)>,
}

impl CallbackDroppedError {
    /// Makes the error from the registration of the key, which is closed.
    pub(super) fn of_key(closed: SharedRegistration) -> Self {
        let at = closed.at();
        CallbackDroppedError { key: Some((NamedKey::registered(closed), at)) }
    }

    /// Makes the error of [`from_callback`](super::from_callback()), which has no key.
    pub(super) fn without_key() -> Self {
        CallbackDroppedError { key: None }
    }

    /// The key, in its debug form; `None` for the callback of
    /// [`gen::from_callback`](crate::from_callback).
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|(key, _)| key.text())
    }
}

impl fmt::Display for CallbackDroppedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some((key, at)) => {
                let key = key.text();
                write!(f, "the callback of the key {key}, registered at {at}, was dropped without a call")
            }
            None => f.write_str("the callback of `gen::from_callback` was dropped without a call"),
        }
    }
}

impl StdError for CallbackDroppedError {}

/// A coroutine has succeeded, but has left keys behind that were never waited for.
///
/// It takes the place of the output, also of that of a [`gen::Return`](fn@crate::Return). If the
/// body has failed, its own error is the result, and its keys are not reported.
///
/// A key is not a leak if a callback that failed has dropped its callables, because the error of
/// the callback is reported: see [`Callable`](super::Callable). Nor is a key that was waited for
/// when its last callable was gone.
///
/// The text names the first few keys, and the number of the others.
#[derive(Clone)]
pub struct LeakedCallbackError {
    keys: Arc<[LeakedKey]>,
}

impl LeakedCallbackError {
    pub(super) fn new(keys: Vec<LeakedKey>) -> Self {
        LeakedCallbackError { keys: keys.into() }
    }

    /// The keys, in the order in which they were registered.
    #[must_use]
    pub fn keys(&self) -> &[LeakedKey] {
        &self.keys
    }
}

impl fmt::Display for LeakedCallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the coroutine ended without waiting for its callbacks: {}", KeyList(&self.keys))
    }
}

impl fmt::Debug for LeakedCallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakedCallbackError").field("keys", &KeyList(&self.keys)).finish()
    }
}

impl StdError for LeakedCallbackError {}

unit_error! {
    /// A point is used after the end of the call that it belongs to.
    pub(super) CallEnded: "the coroutine call that the yield point belongs to has ended"
}

/// A value is taken before it is there.
#[derive(Debug)]
pub(super) struct NotReady(LeakedKey);

impl NotReady {
    pub(super) fn new(pending: SharedRegistration) -> Self {
        NotReady(LeakedKey::new(pending))
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {}, registered at {}, has no value yet", self.0.key(), self.0.registered_at())
    }
}

impl StdError for NotReady {}
