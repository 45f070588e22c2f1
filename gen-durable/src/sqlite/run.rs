//! [`Run`]: the handle of one run.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use gen::SharedFuture;
use serde::de::DeserializeOwned;
use serde::Serialize;

use super::rows::Name;
use super::shared::Shared;
use super::states;
use crate::journal::Outcome;
use crate::recorded::SentSignal;
use crate::step::value_of;

/// A run of a store. Clones are the same run, and a drop does nothing to it.
#[derive(Clone)]
pub struct Run {
    name: Name,
    store: Arc<Shared>,
    future: SharedFuture<Outcome>,
}

impl Run {
    pub(super) fn new(store: &Arc<Shared>, name: Name, future: SharedFuture<Outcome>) -> Self {
        Run { name, store: Arc::clone(store), future }
    }

    /// The name of the body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.name.body
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.name.key
    }

    /// Waits for the end of the run, and gives its result. It can be asked for again, also in a
    /// later process.
    ///
    /// # Errors
    ///
    /// - [`StepFailed`](crate::StepFailed) if the run has ended with an error: its text, its code
    ///   and its payload.
    /// - The errors of [`run`](crate::run()), after which the run can go on later.
    pub fn result<T: DeserializeOwned>(&self) -> impl Future<Output = gen::Result<T>> + Send + 'static {
        let future = self.future.clone();
        async move { decoded(future.await?)? }
    }

    /// Sends a [signal](fn@crate::signal) to the run, as [`SqliteStore::send_signal`]. When it
    /// returns, the signal is on the disk.
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::send_signal`].
    ///
    /// # Cancellation
    ///
    /// The signal is sent also if the future is dropped.
    ///
    /// [`SqliteStore::send_signal`]: crate::SqliteStore::send_signal
    pub fn send_signal<T: Serialize + ?Sized>(
        &self,
        name: &str,
        value: &T,
    ) -> impl Future<Output = gen::Result> + Send + 'static {
        let sent = SentSignal::new(name, value).and_then(|signal| self.store.send(&self.name, &signal));
        async move { sent?.told().await }
    }

    /// The [state](fn@crate::set_state) of this name that the run has set, as
    /// [`SqliteStore::state`].
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::state`].
    ///
    /// [`SqliteStore::state`]: crate::SqliteStore::state
    pub fn state<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> impl Future<Output = gen::Result<Option<T>>> + Send + 'static {
        let found = self.store.state(&self.name, name);
        async move { states::decoded(found.told().await?) }
    }

    /// Asks for the cancellation of the run, as [`SqliteStore::cancel`]. When it returns, the
    /// request is on the disk.
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::cancel`].
    ///
    /// # Cancellation
    ///
    /// The request is made also if the future is dropped.
    ///
    /// [`SqliteStore::cancel`]: crate::SqliteStore::cancel
    pub fn cancel(&self, reason: &str) -> impl Future<Output = gen::Result> + Send + 'static {
        self.store.cancel(&self.name, reason).told()
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The result in an outcome. The outer error is that of a value that has another type.
pub(super) fn decoded<T: DeserializeOwned>(outcome: Outcome) -> gen::Result<gen::Result<T>> {
    match outcome {
        Outcome::Value(json) => Ok(Ok(value_of(&json, || "the recorded result has another type".into())?)),
        Outcome::Failed(failed) => Ok(Err(failed.into())),
    }
}
