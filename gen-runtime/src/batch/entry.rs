//! [`Entry`]: one key of a call, and its result.

use std::sync::Arc;

use super::kept_error::KeptError;
use crate::shims::OnceLock;
use crate::{Error, Result};

/// Shared by the loads of a key, the table and the call. It never changes, except for the result,
/// which is given once.
pub(super) struct Entry<K, V> {
    pub(super) key: K,
    pub(super) hash: u64,
    result: OnceLock<Kept<V>>,
}

pub(super) type Kept<V> = Result<V, Arc<KeptError>>;

impl<K, V> Entry<K, V> {
    pub(super) fn new(hash: u64, key: K) -> Self {
        Entry { key, hash, result: OnceLock::new() }
    }

    /// Only the task of the call gives a result, and only one.
    pub(super) fn give(&self, result: Kept<V>) {
        // A second one is dropped here, outside of all locks.
        drop(self.result.set(result));
    }

    pub(super) fn is_given(&self) -> bool {
        self.result.get().is_some()
    }

    /// The error, if the result is one that no load has read. It counts as read then.
    pub(super) fn unread_error(&self) -> Option<Error> {
        let kept = self.result.get()?.as_ref().err()?;
        (!kept.is_read()).then(|| kept.read())
    }

    /// The result for one of the loads. The last one that holds the entry takes it.
    pub(super) fn into_result(self: Arc<Self>) -> Option<Result<V>>
    where
        V: Clone,
    {
        let kept = match Arc::try_unwrap(self) {
            Ok(alone) => alone.result.into_inner(),
            Err(shared) => shared.result.get().cloned(),
        };
        kept.map(|result| result.map_err(|error| error.read()))
    }
}
