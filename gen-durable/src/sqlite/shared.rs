//! [`Shared`]: the store of this process, behind all of its handles.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::claim::{Claim, LeaseContext, Taker};
use super::job::Safety;
use super::lease::Lease;
use super::live::{LiveRuns, Mailbox};
use super::reply::Reply;
use super::rows::{self, Name};
use super::runs::KnownBodies;
use super::transaction::in_transaction;
use super::writer::{Transactions, Writer};
use super::{calls, schema, signals, states, SqliteOptions};
use crate::journal::Ticket;
use crate::recorded::SentSignal;

/// The store of this process. Fields are dropped in this order: the thread ends its jobs, and then
/// the lease is given up.
pub(super) struct Shared {
    writer: Writer,
    pub(super) live: Arc<LiveRuns>,
    lease: Lease,
    pub(super) path: PathBuf,
    /// The bodies of this process, which begin the runs that are called here.
    pub(super) known: KnownBodies,
}

impl Shared {
    /// Opens the store, and makes it if it is not there.
    pub(super) fn open(path: &Path, options: &SqliteOptions) -> gen::Result<Self> {
        let path = absolute(path)?;
        schema::create(&path)?;
        let path = path.canonicalize()?;
        let connection = schema::open(&path, options)?;
        let lease = take_lease(&connection, &path)?;
        let live = Arc::<LiveRuns>::default();
        let survives = options.survives_power_cut;
        let transactions = Transactions::new(connection, survives, lease.token(), &live)?;
        let writer = Writer::start(transactions)?;
        Ok(Shared { writer, live, lease, path, known: KnownBodies::default() })
    }

    /// The token of the lease of this process.
    pub(super) fn token(&self) -> &str {
        self.lease.token()
    }

    /// Gives the thread of the store a job.
    pub(super) fn submit<R: Send + 'static>(
        &self,
        safety: Safety,
        work: impl FnOnce(&Connection) -> gen::Result<R> + Send + 'static,
    ) -> Reply<R> {
        self.writer.jobs().submit(safety, work)
    }

    /// The part of the store that a job may hold.
    pub(super) fn lease_context(&self) -> LeaseContext {
        LeaseContext {
            path: self.path.clone(),
            token: self.token().to_owned(),
            live: Arc::clone(&self.live),
            jobs: self.writer.jobs().clone(),
        }
    }

    /// Adds a run, unless there is one of that name. The reply says whether it is new.
    pub(super) fn insert(&self, name: &Name, arguments: &str) -> Reply<bool> {
        let (name, arguments) = (name.clone(), arguments.to_owned());
        self.submit(Safety::Safe, move |connection| rows::insert(connection, &name, &arguments, None))
    }

    /// Takes a run, in a transaction of that safety.
    pub(super) fn take(&self, name: &Name, taker: Taker, safety: Safety) -> Reply<Claim> {
        let (name, context) = (name.clone(), self.lease_context());
        self.submit(safety, move |connection| context.take(connection, &name, taker, safety))
    }

    /// Looks at once for the cancellations, signals and ends that other processes have written.
    /// They are in the mailboxes of the runs of this process before the reply is set.
    pub(super) fn look(&self) -> Reply<()> {
        let (live, token) = (Arc::clone(&self.live), self.token().to_owned());
        // Such a job sees only what was committed.
        self.submit(Safety::Read, move |connection| {
            live.watches.note_all();
            live.tell_news(connection, &token)
        })
    }

    /// Tells `mailbox` of the end of a run, as that of this call.
    pub(super) fn watch(&self, name: &Name, ticket: Ticket, mailbox: &Arc<Mailbox>) -> Reply<()> {
        let (name, mailbox, live) = (name.clone(), Arc::clone(mailbox), Arc::clone(&self.live));
        self.submit(Safety::Later, move |_| {
            calls::watch(&live, &name, ticket, &mailbox);
            Ok(())
        })
    }

    /// A state of a run, as JSON.
    pub(super) fn state(&self, name: &Name, state: &str) -> Reply<Option<String>> {
        let (name, state) = (name.clone(), state.to_owned());
        self.submit(Safety::Read, move |connection| {
            let row = rows::get(connection, &name)?;
            states::get(connection, &row, &state)
        })
    }

    /// Sends a signal to a run.
    pub(super) fn send(&self, name: &Name, signal: &SentSignal) -> gen::Result<Reply<()>> {
        let (name, json, live) = (name.clone(), serde_json::to_string(signal)?, Arc::clone(&self.live));
        Ok(self.submit(Safety::Safe, move |connection| {
            let row = rows::get(connection, &name)?;
            signals::add(connection, &row, &json)?;
            live.note_news();
            Ok(())
        }))
    }

    /// Asks for the cancellation of a run.
    pub(super) fn cancel(&self, name: &Name, reason: &str) -> Reply<()> {
        let (name, reason, live) = (name.clone(), reason.to_owned(), Arc::clone(&self.live));
        self.submit(Safety::Safe, move |connection| {
            let row = rows::get(connection, &name)?;
            calls::cancel(connection, &live, &row, &reason)
        })
    }
}

/// Takes a lease, and removes the files that killed processes have left. A later version may
/// have brought the store to its tables meanwhile, as long as no lease was there.
fn take_lease(connection: &Connection, path: &Path) -> gen::Result<Lease> {
    in_transaction(connection, "BEGIN IMMEDIATE", || {
        schema::check_numbers(connection)?;
        let lease = Lease::take(path)?;
        // A file that stays is only one too many in the folder.
        let _ = Lease::sweep(path);
        let _ = schema::sweep(path);
        Ok(lease)
    })
}

/// The path, with a folder that is named without links.
fn absolute(path: &Path) -> gen::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| gen::Error::new("the path names no file"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(folder.unwrap_or(Path::new(".")).canonicalize()?.join(name))
}

#[cfg(test)]
mod tests {
    use super::super::{SqliteStore, StoreError};
    use super::*;

    #[test]
    fn a_look_that_fails_says_so_since_a_signal_may_have_come() {
        let path = std::env::temp_dir().join(format!("gen-durable-look-{}.db", std::process::id()));
        let store = Shared::open(&path, &SqliteOptions::new()).unwrap();
        let name = Name::new("order", "7").unwrap();
        store.insert(&name, "null").wait().unwrap();
        // Otherwise there is no mailbox.
        let claim = store.take(&name, Taker::Journal, Safety::Later).wait().unwrap();
        assert!(matches!(claim, Claim::Taken(_)));
        store.look().wait().unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch("ALTER TABLE signals RENAME TO lost").unwrap();
        let error = store.look().wait().unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(StoreError::Sqlite { .. })), "{error:?}");
        other.execute_batch("ALTER TABLE lost RENAME TO signals").unwrap();
        store.look().wait().unwrap();
        drop((claim, other, store));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_process_that_opens_a_store_while_a_later_version_changes_it_takes_no_lease() {
        let path = std::env::temp_dir().join(format!("gen-durable-later-{}.db", std::process::id()));
        drop(SqliteStore::open(&path).unwrap());
        let connection = schema::open(&path, &SqliteOptions::new()).unwrap();
        drop(take_lease(&connection, &path).unwrap());
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 9").unwrap();
        let error = take_lease(&connection, &path).expect_err("the version is another one");
        assert_eq!(error.downcast_ref(), Some(&StoreError::LaterVersion));
        assert!(!Lease::is_any_held(&path).unwrap());
        drop(connection);
        std::fs::remove_file(path).unwrap();
    }
}
