//! [`Writer`]: the thread that has the connection to the file.
//!
//! Everything that touches the file is a *job* of this thread. To wait for a disk takes
//! milliseconds, in which a thread of an executor could not do anything else. And the thread takes
//! all jobs that have come meanwhile together, so that they wait for the disk once.
//!
//! | event | the thread |
//! |---|---|
//! | a job comes | takes all jobs that are there, does them in one transaction, and then sets the replies |
//! | a transaction has written a cancellation, a signal or an end | tells the runs of it, before the replies are set |
//! | a quarter of a second passes, and runs are in progress | looks for those that other processes have written, and for runs that they have taken over |
//! | it passes, and a run could not be given back | tries it again |
//! | a job fails | undoes the writes of this job, and goes on with the next one |
//! | a transaction cannot begin or cannot be finished | tells this error to all of its jobs |
//! | the last handle of the store is dropped | does the jobs that are left, and ends |
//!
//! If any of the jobs must be *safe*, the transaction is on the disk before the replies are set.
//! Other transactions are then in the memory of the system: a kill of the process does not lose
//! them, and the next safe transaction takes them to the disk as well.
//!
//! A job that only reads has a transaction of its own, which does not wait for those of other
//! processes, and for which they do not wait.

use std::sync::mpsc::{channel, Receiver, RecvError, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::error::named;
use super::job::{Job, Safety, Typed};
use super::live::LiveRuns;
use super::reply::Reply;
use super::rows;
use super::transaction::in_transaction;

/// The jobs that share a transaction at most.
const JOBS_AT_ONCE: usize = 1000;

/// The time between two looks at what other processes have written.
const LOOK: Duration = Duration::from_millis(250);

pub(crate) struct Writer {
    jobs: Jobs,
    thread: Option<JoinHandle<()>>,
    id: ThreadId,
}

/// The jobs that the thread has not taken yet: `None` when the store is closed. Clones are the same
/// ones, and do not keep it open.
#[derive(Clone)]
pub(crate) struct Jobs(Arc<Mutex<Option<JobSender>>>);

type JobSender = Sender<Box<dyn Job>>;

impl Writer {
    /// Starts the thread.
    pub(super) fn start(transactions: Transactions) -> std::io::Result<Self> {
        let (jobs, receiver) = channel();
        let run = move || transactions.run(&receiver);
        let thread = thread::Builder::new().name("gen-durable".into()).spawn(run)?;
        let jobs = Jobs(Arc::new(Mutex::new(Some(jobs))));
        Ok(Writer { jobs, id: thread.thread().id(), thread: Some(thread) })
    }

    pub(super) fn jobs(&self) -> &Jobs {
        &self.jobs
    }
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, Option<JobSender>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the thread a job. It is done also if the reply is dropped.
    pub(crate) fn submit<R: Send + 'static>(
        &self,
        safety: Safety,
        work: impl FnOnce(&Connection) -> gen::Result<R> + Send + 'static,
    ) -> Reply<R> {
        let reply = Reply::new();
        // The clock of a test stands still while the disk works.
        let keep_alive = gen::IoLoop::current().map(|current| current.remote().keep_alive());
        let mut job = Typed::new(safety, work, reply.clone());
        job.keep_alive = keep_alive;
        let jobs = self.lock().clone();
        if let Some(jobs) = jobs {
            // The drop of a job that was not taken sets its reply.
            let _ = jobs.send(Box::new(job));
        }
        reply
    }
}

/// Waits for the end of the jobs.
impl Drop for Writer {
    fn drop(&mut self) {
        let jobs = self.jobs.lock().take();
        drop(jobs);
        // A waker that the thread has woken may drop the last handle of the store.
        if thread::current().id() != self.id {
            if let Some(thread) = self.thread.take() {
                let _ = thread.join();
            }
        }
    }
}

pub(super) struct Transactions {
    connection: Connection,
    survives_power_cut: bool,
    /// Whether the next transaction waits for the disk.
    is_full: bool,
    token: String,
    live: Arc<LiveRuns>,
    /// Changes when another process has written to the file.
    data_version: i64,
    looked: Instant,
}

impl Transactions {
    /// With `survives_power_cut` the safe ones wait for the disk. `token` is that of the process.
    pub(super) fn new(
        connection: Connection,
        survives_power_cut: bool,
        token: &str,
        live: &Arc<LiveRuns>,
    ) -> gen::Result<Self> {
        live.skip_signals(&connection)?;
        Ok(Transactions {
            connection,
            survives_power_cut,
            is_full: true,
            token: token.to_owned(),
            live: Arc::clone(live),
            data_version: 0,
            looked: Instant::now(),
        })
    }

    fn run(mut self, jobs: &Receiver<Box<dyn Job>>) {
        loop {
            match self.next(jobs) {
                Ok(first) => {
                    let mut batch = vec![first];
                    batch.extend(jobs.try_iter().take(JOBS_AT_ONCE - 1));
                    self.run_jobs(batch);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.look();
        }
    }

    fn next(&self, jobs: &Receiver<Box<dyn Job>>) -> Result<Box<dyn Job>, RecvTimeoutError> {
        if self.live.is_idle() {
            jobs.recv().map_err(|RecvError| RecvTimeoutError::Disconnected)
        } else {
            jobs.recv_timeout(LOOK)
        }
    }

    /// Looks for the cancellations, signals and ends of other processes, if it is time.
    fn look(&mut self) {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            if self.others_have_written().unwrap_or(true) {
                self.live.note_others();
                if self.tell_lost().is_err() {
                    // It is tried again at the next look.
                    self.data_version = 0;
                }
            }
            if self.live.take_owed() {
                self.run_jobs(vec![self.releases_owed()]);
            }
        }
        self.tell_news();
    }

    /// Gives those runs back whose release has failed.
    fn releases_owed(&self) -> Box<dyn Job> {
        let (live, token) = (Arc::clone(&self.live), self.token.clone());
        let work = move |connection: &Connection| {
            let leased = rows::leased(connection, &token)?;
            let mut owed = leased.into_iter().filter(|run| !live.contains(*run));
            owed.try_for_each(|run| rows::release(connection, run, &token))
        };
        Box::new(Typed::new(Safety::Later, work, Reply::<()>::new()))
    }

    /// Tells the runs of this process what has come for them.
    fn tell_news(&self) {
        if self.live.take_news() && !self.live.is_idle() {
            let _ = self.live.tell_news(&self.connection, &self.token);
        }
    }

    /// Tells the runs of this process that another process has taken over.
    fn tell_lost(&self) -> gen::Result {
        if !self.live.is_idle() {
            self.live.tell_lost(&rows::in_progress(&self.connection, &self.token)?);
        }
        Ok(())
    }

    fn others_have_written(&mut self) -> rusqlite::Result<bool> {
        let version = self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        Ok(std::mem::replace(&mut self.data_version, version) != version)
    }

    /// Does the jobs in their order. Each that reads has a transaction of its own.
    fn run_jobs(&mut self, jobs: Vec<Box<dyn Job>>) {
        let mut batch = Vec::new();
        for job in jobs {
            if job.safety() == Safety::Read {
                self.run_batch(std::mem::take(&mut batch), "BEGIN IMMEDIATE");
                self.run_batch(vec![job], "BEGIN DEFERRED");
            } else {
                batch.push(job);
            }
        }
        self.run_batch(batch, "BEGIN IMMEDIATE");
    }

    fn run_batch(&mut self, mut batch: Vec<Box<dyn Job>>, begin: &str) {
        if batch.is_empty() {
            return;
        }
        let committed = self.commit(&mut batch, begin);
        match committed {
            Ok(()) => self.tell_news(),
            // A release may be among the jobs that were undone.
            Err(_) => self.live.note_owed(),
        }
        batch.into_iter().for_each(|job| job.tell(committed.clone()));
    }

    /// Does the jobs in one transaction. An error is that of the transaction, and nothing was done.
    fn commit(&mut self, batch: &mut [Box<dyn Job>], begin: &str) -> gen::Result {
        self.set_safety(batch.iter().any(|job| job.safety() == Safety::Safe)).map_err(named)?;
        let connection = &self.connection;
        in_transaction(connection, begin, || {
            batch.iter_mut().try_for_each(|job| run_alone(&mut **job, connection))
        })
    }

    fn set_safety(&mut self, is_safe: bool) -> rusqlite::Result<()> {
        let is_full = is_safe && self.survives_power_cut;
        if is_full != self.is_full {
            let mode = if is_full { "FULL" } else { "NORMAL" };
            self.connection.execute_batch(&format!("PRAGMA synchronous = {mode}"))?;
            self.is_full = is_full;
        }
        Ok(())
    }
}

/// Does one job of a transaction, and undoes it if it fails. An error is that of the transaction.
fn run_alone(job: &mut dyn Job, connection: &Connection) -> gen::Result {
    connection.execute_batch("SAVEPOINT job").map_err(named)?;
    if let Err(error) = job.run(connection) {
        // Some errors, such as that of a full disk, may have undone the whole transaction.
        if connection.is_autocommit() {
            return Err(error);
        }
        connection.execute_batch("ROLLBACK TO job").map_err(named)?;
    }
    connection.execute_batch("RELEASE job").map_err(named)
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::super::SqliteOptions;
    use super::*;

    #[test]
    fn a_job_that_fails_undoes_only_what_it_has_written_and_no_job_is_done_twice() {
        let path = std::env::temp_dir().join(format!("gen-durable-writer-{}.db", std::process::id()));
        schema::create(&path).unwrap();
        let connection = schema::open(&path, &SqliteOptions::new()).unwrap();
        let writer =
            Writer::start(Transactions::new(connection, false, "", &Arc::default()).unwrap()).unwrap();
        let (release, released) = channel();
        let first = writer.jobs().submit(Safety::Later, move |_| Ok(released.recv()?));
        let done = Arc::new(Mutex::new(Vec::new()));
        // These three wait for the first one, and so share a transaction.
        let insert = |key: &'static str, fails: bool| {
            let done = Arc::clone(&done);
            writer.jobs().submit(Safety::Later, move |connection| {
                done.lock().unwrap().push(key);
                let name = rows::Name::new("order", key)?;
                rows::insert(connection, &name, "null", None)?;
                gen::ensure!(!fails, "no {key}");
                Ok(())
            })
        };
        let replies = [insert("7", false), insert("8", true), insert("9", false)];
        release.send(()).unwrap();
        first.wait().unwrap();
        let replies = replies.map(|reply| reply.wait().map_err(|error| error.to_string()));
        assert_eq!(replies, [Ok(()), Err("no 8".to_owned()), Ok(())]);
        assert_eq!(*done.lock().unwrap(), ["7", "8", "9"]);
        let all = writer.jobs().submit(Safety::Read, |connection| rows::all(connection, true));
        let keys: Vec<String> = all.wait().unwrap().into_iter().map(|row| row.name.key).collect();
        assert_eq!(keys, ["7", "9"]);
        drop(writer);
        std::fs::remove_file(path).unwrap();
    }
}
