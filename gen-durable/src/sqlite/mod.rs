//! Many durable runs in one file of SQLite: [`SqliteStore`].
//!
//! | file | what it holds |
//! |---|---|
//! | `mod.rs` | the store, and how a process takes a run |
//! | `schema.rs` | opens and makes the file, and refuses what is no store |
//! | `rows.rs` | the rows of the file: what each transaction reads and writes |
//! | `signals.rs` | the rows of signals, which any process adds |
//! | `states.rs` | the rows of states, which a run shows to others |
//! | `calls.rs` | how a run begins another one, cancels it, and hears of its end |
//! | `writer.rs` | the thread that has the connection, and its transactions |
//! | `lease.rs` | the proof that a process lives |
//! | `live.rs` | the runs of this process, and the cancellations and signals that come for them |
//! | `journal.rs` | the journal of one run |
//! | `list.rs` | the list of runs |
//! | `tools.rs` | for tools that have no bodies |
//! | `bodies.rs`, `runs.rs` | bodies by their names, and the tasks that run them |
//! | `error.rs` | what can go wrong, and what to do |
//!
//! # The states of a run
//!
//! A run is a row of the table `runs`. Its name is that of its body with a key.
//!
//! | state | the row | entered by | left by |
//! |---|---|---|---|
//! | delayed | has a row in `delays` | [`rows::insert`] | [`take`], when it is time; a cancellation, which ends it |
//! | free | has no lease, or that of a process that has died | [`rows::insert`], [`rows::release`], the death of the process | [`take`] |
//! | in progress | has the lease of a process that lives | [`take`] | the drop of its journal, its end, the death of the process |
//! | ended | has the time of its end, and its last entry is the outcome | [`rows::write`] | [`rows::remove`] |
//!
//! A free run may say why it was *stopped*: its coroutine departs from the journal, for example. It
//! is tried again when the runs are resumed.
//!
//! # Why two processes never run the same coroutine
//!
//! [`take`] happens in a write transaction, and SQLite has one of these at a time in all processes.
//! It takes a run only if no process that lives has its lease: see `lease.rs`. Each later write
//! looks at the lease again, and at the number of entries. So even if someone removes the file of a
//! lease, a process that has lost a run writes nothing more to it.
//!
//! # What survives
//!
//! The log of SQLite (WAL) is written in each transaction. For events and deadlines
//! `synchronous = FULL` makes it wait for the disk, so they survive a power cut. A kill at any
//! moment leaves the transactions that were finished: SQLite drops a torn end of its log. The file
//! itself is written from the log only after that is on the disk.

mod bodies;
mod calls;
mod error;
mod journal;
mod lease;
mod list;
mod live;
mod rows;
mod runs;
mod schema;
mod signals;
mod states;
mod tools;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gen::Context as _;
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde::Serialize;

pub use self::bodies::Bodies;
pub use self::error::StoreError;
pub use self::journal::SqliteJournal;
pub use self::list::{RunInfo, RunState, RunWait};
pub use self::runs::{resume_all, Run, Runs};

use self::journal::Taken;
use self::lease::Lease;
use self::live::{Live, LiveRun, Mailbox};
use self::rows::Name;
use self::runs::Known;
use self::writer::{Jobs, Reply, Safety, Transactions, Writer};
use crate::inbox::Signal;
use crate::journal::{Outcome, Ticket};
use crate::step::value_of;

/// A store of many durable runs, in a file of SQLite.
///
/// A run has the name of its body and a key: the order `7`. Its arguments, its entries and its
/// result are in the file. [`resume_all`] runs what has not ended.
///
/// Clones are the same store.
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
pub struct SqliteStore(Arc<Shared>);

/// How a [`SqliteStore`] is opened.
///
/// ```
/// use gen_durable::SqliteOptions;
/// use std::time::Duration;
///
/// # let name = format!("gen-durable-options-{}.db", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// let store = SqliteOptions::new()
///     .busy_timeout(Duration::from_secs(5))
///     .max_size(100 << 20)
///     .open(&path)
///     .unwrap();
/// assert!(store.runs().unwrap().is_empty());
/// # drop(store);
/// # std::fs::remove_file(path).unwrap();
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is opened until `open` is called"]
pub struct SqliteOptions {
    busy: Duration,
    max_size: Option<u64>,
    survives_power_cut: bool,
    check: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions { busy: Duration::from_secs(30), max_size: None, survives_power_cut: true, check: true }
    }
}

impl SqliteOptions {
    /// The options of [`SqliteStore::open`].
    pub fn new() -> Self {
        SqliteOptions::default()
    }

    /// The time for which a transaction waits for those of other processes. It is 30 seconds if
    /// nothing else is said.
    pub fn busy_timeout(self, timeout: Duration) -> Self {
        SqliteOptions { busy: timeout, ..self }
    }

    /// The largest size of the file in bytes, without its log. A run that would make it larger ends
    /// with [`StoreError::Full`], and can go on later.
    pub fn max_size(self, bytes: u64) -> Self {
        SqliteOptions { max_size: Some(bytes), ..self }
    }

    /// Whether entries survive a power cut, and not only the end of the process. They do if nothing
    /// else is said.
    ///
    /// Without it nothing waits for the disk, and a power cut may lose the last entries, so that
    /// their steps run again. The store is not damaged then.
    pub fn survive_power_cut(self, survives: bool) -> Self {
        SqliteOptions { survives_power_cut: survives, ..self }
    }

    /// Whether the file is looked at for damage when it is opened, which reads all of it. It is if
    /// nothing else is said.
    ///
    /// Otherwise SQLite notices damage only where it reads. A damaged index can then hide a run, so
    /// that it begins again.
    pub fn check(self, check: bool) -> Self {
        SqliteOptions { check, ..self }
    }

    /// Opens the store, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError`], and the errors of the file system. A file that is no store is not changed.
    pub fn open(self, path: impl AsRef<Path>) -> gen::Result<SqliteStore> {
        let path = path.as_ref();
        let opened = Shared::open(path, &self);
        let shared = opened.with_context(|| format!("cannot open the store {}", path.display()))?;
        Ok(SqliteStore(Arc::new(shared)))
    }
}

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
    /// [`StoreError::Leased`] while another process runs it, or this one.
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
            let row = rows::find(connection, &name)?.ok_or(StoreError::NoRun)?;
            row.ended.map(|_| rows::outcome(connection, &row)).transpose()
        });
        found.wait()?.map(runs::decoded).transpose()
    }

    /// All runs, in the order in which they were begun.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub fn runs(&self) -> gen::Result<Vec<RunInfo>> {
        let place = self.0.place();
        self.0.submit(Safety::Read, move |connection| list::all(connection, &place)).wait()
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
    /// Any process may send it, also one that has no [`Bodies`]. It wakes the run at once in this
    /// process, and within half a second in another one. If no process runs it, the run gets the
    /// signal when it goes on. A run that has ended does nothing with it.
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
        self.0.send(&Name::new(body, key)?, &Signal::new(name, value)?)?.wait()
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
        let store = self.0.place();
        let removed = self.0.submit(Safety::Safe, move |connection| {
            let row = rows::find(connection, &name)?.ok_or(StoreError::NoRun)?;
            // A damaged lease is that of no process.
            if rows::token(&row).is_ok() && store.is_leased(&row)? {
                return Err(StoreError::Leased.into());
            }
            rows::remove(connection, row.id)?;
            store.live.note_end(&name);
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
        decoded_state(self.0.state(&Name::new(body, key)?, name).wait()?)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.0.path).finish_non_exhaustive()
    }
}

/// The store of this process. Fields are dropped in this order: the thread ends its jobs, and then
/// the lease is given up.
pub(crate) struct Shared {
    writer: Writer,
    live: Arc<Live>,
    lease: Lease,
    path: PathBuf,
    /// The bodies of this process, which begin the runs that are called here.
    known: Known,
}

/// The answer to a process that wants a run.
enum Claim {
    Missing,
    Leased,
    /// A process that has died has left it, and the transaction does not wait for the disk.
    ///
    /// The last entries of a killed process may not be on the disk. A transaction that waits for
    /// the disk takes them there, before anything is done because of them.
    Orphaned,
    /// It is to begin at that time, in milliseconds since 1970.
    Delayed(u64),
    Ended(Outcome),
    Taken(Taken),
}

/// The caller that wants a run.
#[derive(Debug, Clone, Copy)]
enum Taker {
    /// A program, for its journal, also if it has ended or is delayed.
    Journal,
    /// Its follower, at that time, in milliseconds since 1970.
    Follower(u64),
}

impl Shared {
    fn open(path: &Path, options: &SqliteOptions) -> gen::Result<Self> {
        let path = absolute(path)?;
        schema::create(&path)?;
        let path = path.canonicalize()?;
        let connection = schema::open(&path, options)?;
        let lease = take_lease(&connection, &path)?;
        let live = Arc::<Live>::default();
        let survives = options.survives_power_cut;
        let transactions = Transactions::new(connection, survives, lease.token(), &live)?;
        let writer = Writer::start(transactions)?;
        Ok(Shared { writer, live, lease, path, known: Known::default() })
    }

    fn token(&self) -> &str {
        self.lease.token()
    }

    fn submit<R: Send + 'static>(
        &self,
        safety: Safety,
        work: impl FnOnce(&Connection) -> gen::Result<R> + Send + 'static,
    ) -> Reply<R> {
        self.writer.jobs().submit(safety, work)
    }

    fn place(&self) -> Place {
        Place {
            path: self.path.clone(),
            token: self.token().to_owned(),
            live: Arc::clone(&self.live),
            jobs: self.writer.jobs().clone(),
        }
    }

    fn insert(&self, name: &Name, arguments: &str) -> Reply<()> {
        let (name, arguments) = (name.clone(), arguments.to_owned());
        self.submit(Safety::Safe, move |connection| rows::insert(connection, &name, &arguments, None))
    }

    /// Takes a run.
    fn take(&self, name: &Name, taker: Taker, safety: Safety) -> Reply<Claim> {
        let (name, place) = (name.clone(), self.place());
        self.submit(safety, move |connection| take(connection, &place, &name, taker, safety))
    }

    /// Looks at once for the cancellations, signals and ends that other processes have written.
    fn look(&self) -> Reply<()> {
        let live = Arc::clone(&self.live);
        self.submit(Safety::Later, move |_| {
            live.note_others();
            Ok(())
        })
    }

    /// Tells `mailbox` of the end of a run, as that of this call.
    fn watch(&self, name: &Name, ticket: Ticket, mailbox: &Arc<Mailbox>) -> Reply<()> {
        let (name, mailbox, live) = (name.clone(), Arc::clone(mailbox), Arc::clone(&self.live));
        self.submit(Safety::Later, move |_| {
            calls::watch(&live, &name, ticket, &mailbox);
            Ok(())
        })
    }

    /// A state of a run, as JSON.
    fn state(&self, name: &Name, state: &str) -> Reply<Option<String>> {
        let (name, state) = (name.clone(), state.to_owned());
        self.submit(Safety::Read, move |connection| {
            let row = rows::find(connection, &name)?.ok_or(StoreError::NoRun)?;
            states::get(connection, &row, &state)
        })
    }

    fn send(&self, name: &Name, signal: &Signal) -> gen::Result<Reply<()>> {
        let (name, json, live) = (name.clone(), serde_json::to_string(signal)?, Arc::clone(&self.live));
        Ok(self.submit(Safety::Safe, move |connection| {
            let row = rows::find(connection, &name)?.ok_or(StoreError::NoRun)?;
            signals::add(connection, &row, &json)?;
            live.note_news();
            Ok(())
        }))
    }

    fn cancel(&self, name: &Name, reason: &str) -> Reply<()> {
        let (name, reason, live) = (name.clone(), reason.to_owned(), Arc::clone(&self.live));
        self.submit(Safety::Safe, move |connection| {
            let row = rows::find(connection, &name)?.ok_or(StoreError::NoRun)?;
            calls::cancel(connection, &live, &row, &reason)
        })
    }
}

/// The values by which the thread of the store judges leases, and takes and releases runs. It is no
/// handle, so a job that has it does not keep the store open.
#[derive(Clone)]
struct Place {
    path: PathBuf,
    token: String,
    live: Arc<Live>,
    jobs: Jobs,
}

impl Place {
    /// Whether a process that lives runs it.
    fn is_leased(&self, row: &rows::Row) -> gen::Result<bool> {
        match rows::token(row)? {
            None => Ok(false),
            // A run that could not be given back is free.
            Some(token) if token == self.token => Ok(self.live.contains(row.id)),
            Some(token) => Ok(Lease::is_held(&self.path, token)?),
        }
    }
}

/// Takes a lease, and removes the files of those whose processes have died. A later version may
/// have brought the store to its tables meanwhile, as long as no lease was there.
fn take_lease(connection: &Connection, path: &Path) -> gen::Result<Lease> {
    connection.execute_batch("BEGIN IMMEDIATE").map_err(error::named)?;
    let lease = schema::check_numbers(connection).and_then(|_| Ok(Lease::take(path)?));
    // An error may have ended the transaction, and then another process may be taking its lease. A
    // file that stays is only one too many in the folder.
    if lease.is_ok() {
        let _ = Lease::sweep(path);
    }
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(error::named)?;
    }
    lease
}

/// Takes a run, if it is time, and no process that lives runs it.
fn take(
    connection: &Connection,
    place: &Place,
    name: &Name,
    taker: Taker,
    safety: Safety,
) -> gen::Result<Claim> {
    let Some(row) = rows::find(connection, name)? else { return Ok(Claim::Missing) };
    if let Taker::Follower(now) = taker {
        if row.ended.is_some() {
            return Ok(Claim::Ended(rows::outcome(connection, &row)?));
        }
        let begins = row.begins.and_then(|begins| u64::try_from(begins).ok());
        if let Some(begins) = begins.filter(|begins| *begins > now) {
            return Ok(Claim::Delayed(begins));
        }
    }
    if place.is_leased(&row)? {
        return Ok(Claim::Leased);
    }
    let dead = rows::token(&row)?.filter(|token| *token != place.token);
    if dead.is_some() && safety != Safety::Safe {
        return Ok(Claim::Orphaned);
    }
    let arguments = rows::arguments(connection, &row)?;
    let (records, size) = rows::entries(connection, &row)?;
    let sent = signals::all(connection, &row)?;
    rows::lease(connection, &row, &place.token)?;
    if let Some(dead) = dead {
        Lease::remove(&place.path, dead);
    }
    let live = LiveRun::new(row.id, place);
    for (number, signal) in (0..).zip(sent) {
        live.mailbox.tell_signal(number, Ok(signal));
    }
    if let Some(reason) = row.cancel {
        live.mailbox.tell(reason);
    }
    Ok(Claim::Taken(Taken { name: row.name, live, arguments, records, size }))
}

fn decoded_state<T: DeserializeOwned>(json: Option<String>) -> gen::Result<Option<T>> {
    let complaint = || "the state has another type".to_owned();
    Ok(json.map(|json| value_of(&json, complaint)).transpose()?)
}

/// The path, with a folder that is named without links.
fn absolute(path: &Path) -> gen::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| gen::Error::new("the path names no file"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(folder.unwrap_or(Path::new(".")).canonicalize()?.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

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
