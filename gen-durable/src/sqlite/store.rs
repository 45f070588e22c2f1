//! [`SqliteStore`]: the handle of a store.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::Serialize;

use super::claim::{Claim, Taker};
use super::error::StoreError;
use super::job::Safety;
use super::journal::SqliteJournal;
use super::list::{self, RunInfo};
use super::rows::{self, Name};
use super::shared::Shared;
use super::{run, schema, signals, states, SqliteOptions};
use crate::recorded::SentSignal;

/// A store of many durable runs, in a file of SQLite.
///
/// A run has the name of its body and a key: the order `7`. Its arguments, its entries and its
/// result are in the file. [`resume_all`](crate::resume_all) runs what has not ended.
///
/// Clones are the same store.
///
/// ```
/// use gen_durable::SqliteStore;
///
/// # fn main() -> gen::Result {
/// # let name = format!("gen-durable-store-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// let store = SqliteStore::open(&path)?;
/// // A tool adds a run and cancels it, both for the next process that runs orders.
/// store.add("order", "7", &["apple", "pear"])?;
/// store.cancel("order", "7", "sold out")?;
/// let listed = store.runs()?[0].to_string();
/// assert_eq!(listed, "order `7`: free, to be cancelled (`sold out`)");
/// # drop(store);
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// # What is safe when
///
/// The outcome of a step, a deadline and a cancellation are on the disk before the coroutine goes
/// on, so they survive a power cut (WAL with `synchronous = FULL`). The end of a run is on the disk
/// before its result is given. A step that was begun and has no outcome runs again.
///
/// # Several processes
///
/// Several processes of one machine may open the file. A process *leases* each run that it runs,
/// and no other one runs it meanwhile. The lease is a locked file beside the store, so it is free
/// as soon as the process has ended, also by `kill -9`. A process that is only slow or stopped
/// keeps its runs.
///
/// | file | contents |
/// |---|---|
/// | `orders.db` | the store |
/// | `orders.db-wal`, `orders.db-shm` | the log of SQLite, and its index. Without its log the store loses its last entries, so copy or move all of them together, while no process has them open |
/// | `orders.db-lease-…` | one for each process. It must stay there while the process lives |
///
/// # Limits
///
/// - Only its owner may read the files (on Unix). They contain the values of all steps.
/// - A local disk, because SQLite's log needs memory that all processes share.
/// - A store of an earlier version of this library is brought to this version when it is opened.
///   The programs with the earlier version must have ended: [`StoreError::EarlierVersion`].
/// - Arguments, an entry and a signal have at most 16 MiB, the entries of a run 1 GiB, and its
///   signals, too. Names of bodies and states, and keys, have at most 1 KiB.
/// - Entries, signals and arguments have checksums. The log of SQLite has, too, but what it holds
///   behind a damaged part is lost, as if it had not been written.
/// - A thread of the store writes, and the thread of the executor does not wait for the disk, also
///   not at the end of a run. The functions of this type wait: they are for the start of a program,
///   and for tools. So does the drop of the last handle of the store, which waits for all that is
///   still to be written.
#[derive(Clone)]
pub struct SqliteStore(pub(super) Arc<Shared>);

impl SqliteStore {
    /// Opens the store, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError`], and the errors of the file system. A file that is no store is not changed.
    pub fn open(path: impl AsRef<Path>) -> gen::Result<Self> {
        SqliteOptions::new().open(path)
    }

    /// Takes the journal of a run, and makes the run if there is none. Its arguments are `null`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Leased`] while another process runs it, or this one, and the other
    /// [`StoreError`]s.
    pub fn journal(&self, body: &str, key: &str) -> gen::Result<SqliteJournal> {
        let name = Name::new(body, key)?;
        self.0.insert(&name, "null").wait()?;
        let mut claim = self.0.take(&name, Taker::Journal, Safety::Later).wait()?;
        if let Claim::Orphaned = claim {
            claim = self.0.take(&name, Taker::Journal, Safety::Safe).wait()?;
        }
        match claim {
            Claim::Taken(taken) => Ok(SqliteJournal::new(Arc::clone(&self.0), taken)),
            Claim::Leased => Err(StoreError::Leased.into()),
            Claim::Missing | Claim::Delayed(_) | Claim::Ended(_) | Claim::Orphaned => {
                Err(StoreError::NoRun.into())
            }
        }
    }

    /// The result of a run. `None` if it has not ended.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRun`]; a result that is of another type. The inner error is that of the run.
    pub fn result<T: DeserializeOwned>(&self, body: &str, key: &str) -> gen::Result<Option<gen::Result<T>>> {
        let name = Name::new(body, key)?;
        let found = self.0.submit(Safety::Read, move |connection| {
            let row = rows::get(connection, &name)?;
            row.ended.map(|_| rows::outcome(connection, &row)).transpose()
        });
        found.wait()?.map(run::decoded).transpose()
    }

    /// All runs, in the order in which they were begun.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn runs(&self) -> gen::Result<Vec<RunInfo>> {
        let context = self.0.lease_context();
        self.0.submit(Safety::Read, move |connection| list::all(connection, &context)).wait()
    }

    /// Asks for the cancellation of a run: it arrives as [`Cancelled`](gen::Cancelled) at each
    /// yield that waits, and the clean-up is durable. If another process runs it, that takes up to
    /// half a second; if none does, then it arrives when the run goes on. The runs that it has
    /// [called](fn@crate::call), and for which it waits then, are cancelled, too.
    ///
    /// A run that is [delayed](crate::Start::after) ends at once, and does not begin. A request for
    /// a run that has ended does nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRun`]; [`StoreError::TooLarge`] if the reason is too large for an entry.
    pub fn cancel(&self, body: &str, key: &str, reason: &str) -> gen::Result {
        self.0.cancel(&Name::new(body, key)?, reason).wait()
    }

    /// Sends a [signal](fn@crate::signal) to a run. It is kept until the run waits for a signal of
    /// that name. When this returns, the signal is on the disk.
    ///
    /// Any process may send it, also one that has no [`Bodies`](crate::Bodies). It wakes the run at
    /// once in this process, and within half a second in another one. If no process runs it, the
    /// run gets the signal when it goes on. A run that has ended does nothing with it.
    ///
    /// The thread waits for the disk. A coroutine sends by
    /// [`Run::send_signal`](crate::Run::send_signal).
    ///
    /// ```
    /// use gen::yield_;
    /// use gen_durable::{resume_all, signal, Bodies, SqliteStore};
    ///
    /// #[gen::coroutine]
    /// fn refund(amount: u32) -> gen::Result<u32> {
    ///     let approved: bool = yield_!(signal("approved"))?;
    ///     Ok(if approved { amount } else { 0 })
    /// }
    ///
    /// # fn main() -> gen::Result {
    /// # let name = format!("gen-durable-signal-{}.db", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// let store = SqliteStore::open(&path)?;
    /// let refunded: u32 = gen::run_sync(async {
    ///     let runs = resume_all(&store, Bodies::new().body("refund", refund))?;
    ///     let run = runs.start("refund", "7", &30).await?;
    ///     // Mostly another program does this, in the same file.
    ///     store.send_signal("refund", "7", "approved", &true)?;
    ///     run.result().await
    /// })?;
    /// assert_eq!(refunded, 30);
    /// # drop(store);
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRun`]; [`StoreError::TooLarge`] if the signals of the run have more than
    /// 1 GiB; a value that cannot be written as JSON or is too large for an entry.
    pub fn send_signal<T: Serialize + ?Sized>(
        &self,
        body: &str,
        key: &str,
        name: &str,
        value: &T,
    ) -> gen::Result {
        self.0.send(&Name::new(body, key)?, &SentSignal::new(name, value)?)?.wait()
    }

    /// Looks for damage in the whole file, also in what [`open`](Self::open) does not look at: the
    /// arguments, the entries, the signals and the states of each run.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`], with the first damage.
    pub fn check(&self) -> gen::Result {
        let checked = self.0.submit(Safety::Read, |connection| {
            schema::check_trees(connection)?;
            for row in rows::all(connection, true)? {
                rows::arguments(connection, &row)?;
                rows::entries(connection, &row)?;
                signals::all(connection, &row)?;
                states::check(connection, &row)?;
            }
            Ok(())
        });
        checked.wait()
    }

    /// Removes a run that no process runs, so that its key is free.
    ///
    /// The run need not have ended, because one that cannot go on may never end. If it has not, its
    /// clean-up does not run: [`cancel`](Self::cancel) it, and wait for its end, if it can go on.
    /// A run that has [called](fn@crate::call) it, and still waits for its result, gets a
    /// [`StepFailed`](crate::StepFailed) that says so.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRun`], and [`StoreError::Leased`] while a process runs it or has its journal
    /// open.
    pub fn remove(&self, body: &str, key: &str) -> gen::Result {
        let name = Name::new(body, key)?;
        let context = self.0.lease_context();
        let removed = self.0.submit(Safety::Safe, move |connection| {
            let row = rows::get(connection, &name)?;
            // A damaged lease is that of no process.
            if rows::token(&row).is_ok() && context.is_leased(&row)? {
                return Err(StoreError::Leased.into());
            }
            rows::remove(connection, row.id)?;
            context.live.note_end(&name);
            Ok(())
        });
        removed.wait()
    }

    /// The [state](fn@crate::set_state) of this name that a run has set. `None` if it has not, or
    /// has removed it. Any process may read it, also of a run that has ended.
    ///
    /// The thread waits for the file. A coroutine reads by [`Run::state`](crate::Run::state).
    ///
    /// ```
    /// use gen::yield_;
    /// use gen_durable::{resume_all, set_state, signal, Bodies, SqliteStore};
    ///
    /// #[gen::coroutine]
    /// fn order(id: u32) -> gen::Result<u32> {
    ///     yield_!(set_state("progress", "waits for the approval"))?;
    ///     let approved: bool = yield_!(signal("approved"))?;
    ///     yield_!(set_state("progress", &format!("approved: {approved}")))?;
    ///     Ok(id)
    /// }
    ///
    /// # fn main() -> gen::Result {
    /// # let name = format!("gen-durable-state-{}.db", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// let store = SqliteStore::open(&path)?;
    /// gen::run_sync(async {
    ///     let runs = resume_all(&store, Bodies::new().body("order", order))?;
    ///     let run = runs.start("order", "7", &7).await?;
    ///     run.send_signal("approved", &true).await?;
    ///     run.result::<u32>().await
    /// })?;
    /// let progress: Option<String> = store.state("order", "7", "progress")?;
    /// assert_eq!(progress.as_deref(), Some("approved: true"));
    /// assert_eq!(store.state::<String>("order", "7", "parcel")?, None);
    /// # drop(store);
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRun`]; [`StepFailed`](crate::StepFailed) if the state has another type.
    pub fn state<T: DeserializeOwned>(&self, body: &str, key: &str, name: &str) -> gen::Result<Option<T>> {
        states::decoded(self.0.state(&Name::new(body, key)?, name).wait()?)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.0.path).finish_non_exhaustive()
    }
}
