//! The file with the accounts and the jobs.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use r#gen::{self as g, yield_};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteTransaction};
use sqlx::{query, query_as, query_scalar};

/// The number of accounts.
const ACCOUNTS: i64 = 10;

/// The money that each account has at first.
const DEPOSIT: i64 = 1000;

/// The number of steps of a job.
pub const STEPS: i64 = 2;

/// The code of the error of SQLite that says that the file is locked.
const SQLITE_BUSY: &str = "5";

/// `entries` has no key on purpose: a step that is done twice leaves two entries.
const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS jobs (
        id INTEGER PRIMARY KEY, payer INTEGER NOT NULL, payee INTEGER NOT NULL,
        amount INTEGER NOT NULL, steps_done INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS entries (
        job INTEGER, step INTEGER, account INTEGER, amount INTEGER)",
];

/// The questions of an audit: all jobs, the steps that are done, those that are lost, those that
/// are repeated, and the money. The money of a job between its steps is in no account.
const AUDIT: [&str; 5] = [
    "SELECT count(*) FROM jobs",
    "SELECT coalesce(sum(steps_done), 0) FROM jobs",
    "SELECT coalesce(sum(steps_done - (SELECT count(DISTINCT step) FROM entries WHERE job = id)), 0)
        FROM jobs",
    "SELECT count(*) - count(DISTINCT job * 10 + step) FROM entries",
    "SELECT sum(balance) - (SELECT coalesce(sum(amount), 0) FROM entries) FROM accounts",
];

/// A job: moves money from one account to another.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The number of the job.
    pub id: i64,
    payer: i64,
    payee: i64,
    amount: i64,
    /// The number of steps that were done when the job was read.
    pub steps_done: i64,
}

/// A job in the file.
type JobRow = (i64, i64, i64, i64, i64);

/// Whether a commit may be interrupted by a cancellation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Commit {
    /// A cancellation waits until the commit is over.
    Shielded,
    /// A cancellation ends the wait for the commit, whose outcome is then unknown.
    Bare,
}

/// The file.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the file, or creates it.
    #[g::coroutine]
    pub fn open(path: &Path) -> g::Result<Store> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = yield_!(SqlitePool::connect_with(options))?;
        let mut transaction = yield_!(begin(&pool))?;
        for statement in SCHEMA {
            yield_!(query(statement).execute(&mut *transaction))?;
        }
        for account in 0..ACCOUNTS {
            let add = query("INSERT OR IGNORE INTO accounts VALUES (?, ?)").bind(account).bind(DEPOSIT);
            yield_!(add.execute(&mut *transaction))?;
        }
        yield_!(g::shield(transaction.commit()))?;
        Ok(Store { pool })
    }

    /// Adds random jobs, all of them or none.
    #[g::coroutine]
    pub fn add_jobs(&self, count: usize) -> g::Result<Vec<Job>> {
        let mut transaction = yield_!(begin(&self.pool))?;
        let mut jobs = Vec::new();
        for _ in 0..count {
            let payer = fastrand::i64(0..ACCOUNTS);
            let payee = (payer + fastrand::i64(1..ACCOUNTS)) % ACCOUNTS;
            let amount = fastrand::i64(1..10);
            let add = query("INSERT INTO jobs (payer, payee, amount) VALUES (?, ?, ?)");
            let add = add.bind(payer).bind(payee).bind(amount);
            let id = yield_!(add.execute(&mut *transaction))?.last_insert_rowid();
            jobs.push(Job { id, payer, payee, amount, steps_done: 0 });
        }
        yield_!(g::shield(transaction.commit()))?;
        Ok(jobs)
    }

    /// The first job with a higher number that is not done.
    #[g::coroutine]
    pub fn open_job_after(&self, id: i64) -> g::Result<Option<Job>> {
        let job = query_as("SELECT * FROM jobs WHERE id > ? AND steps_done < ? ORDER BY id LIMIT 1")
            .bind(id)
            .bind(STEPS);
        let job: Option<JobRow> = yield_!(job.fetch_optional(&self.pool))?;
        Ok(job.map(|(id, payer, payee, amount, steps_done)| Job { id, payer, payee, amount, steps_done }))
    }

    /// Does one step of a job. Gives false if the step was done before, for instance by another
    /// runner on the same file.
    ///
    /// # Cancellation
    ///
    /// With a shielded commit an error means that the file is unchanged.
    #[g::coroutine]
    pub fn do_step(&self, job: Job, step: i64, commit: Commit) -> g::Result<bool> {
        let mut transaction = yield_!(begin(&self.pool))?;
        let claim = query("UPDATE jobs SET steps_done = steps_done + 1 WHERE id = ? AND steps_done = ?")
            .bind(job.id)
            .bind(step);
        if yield_!(claim.execute(&mut *transaction))?.rows_affected() == 0 {
            return Ok(false);
        }
        let (account, amount) = job.transfer(step);
        let transfer =
            query("UPDATE accounts SET balance = balance + ? WHERE id = ?").bind(amount).bind(account);
        yield_!(transfer.execute(&mut *transaction))?;
        let entry = query("INSERT INTO entries VALUES (?, ?, ?, ?)");
        let entry = entry.bind(job.id).bind(step).bind(account).bind(amount);
        yield_!(entry.execute(&mut *transaction))?;
        // Until here a cancellation drops the transaction, which rolls it back.
        match commit {
            Commit::Shielded => yield_!(g::shield(transaction.commit()))?,
            Commit::Bare => yield_!(transaction.commit())?,
        }
        Ok(true)
    }

    /// The number of steps of a job that the file has.
    #[g::coroutine]
    pub fn steps_done(&self, job: i64) -> g::Result<i64> {
        let done = query_scalar("SELECT steps_done FROM jobs WHERE id = ?").bind(job);
        yield_!(done.fetch_one(&self.pool))
    }

    /// Compares the jobs with the entries and the accounts, also while a runner works.
    #[g::coroutine]
    pub fn audit(&self) -> g::Result<Audit> {
        let mut snapshot = yield_!(self.pool.begin())?;
        let mut numbers = Vec::new();
        for question in AUDIT {
            numbers.push(yield_!(query_scalar(question).fetch_one(&mut *snapshot))?);
        }
        let [jobs, steps_done, lost, repeated, money] = numbers[..] else {
            unreachable!("each question has a number")
        };
        Ok(Audit { jobs, steps_done, lost, repeated, missing: ACCOUNTS * DEPOSIT - money })
    }

    /// Closes the file.
    #[g::coroutine]
    pub fn close(self) -> g::Result {
        yield_!(self.pool.close())
    }
}

/// Begins a transaction that writes. SQLite waits five seconds for another program that keeps the
/// file locked; this tries again, and a cancellation ends it.
#[g::coroutine]
fn begin(pool: &SqlitePool) -> g::Result<SqliteTransaction<'static>> {
    let waits = g::backoff(Duration::from_millis(100)).jitter().take(8);
    yield_!(g::retry(waits, || pool.begin_with("BEGIN IMMEDIATE")).when(is_locked))
}

fn is_locked(error: &g::Error) -> bool {
    let error = error.downcast_ref().and_then(sqlx::Error::as_database_error);
    error.and_then(|error| error.code()).is_some_and(|code| code == SQLITE_BUSY)
}

impl Job {
    /// The account that a step changes, and the change.
    fn transfer(&self, step: i64) -> (i64, i64) {
        match step {
            0 => (self.payer, -self.amount),
            _ => (self.payee, self.amount),
        }
    }

    /// Says what a step does.
    pub fn describe(&self, step: i64) -> String {
        let Job { id, payer, payee, amount, .. } = self;
        match step {
            0 => format!("job {id}: took {amount} from account {payer}"),
            _ => format!("job {id}: paid {amount} to account {payee}"),
        }
    }
}

/// The result of an audit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Audit {
    /// All jobs.
    pub jobs: i64,
    /// The steps that are done.
    pub steps_done: i64,
    /// The steps that are done according to their jobs, and have no entry.
    pub lost: i64,
    /// The entries of steps that have another one.
    pub repeated: i64,
    /// The difference between the accounts and the entries.
    pub missing: i64,
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Audit { jobs, steps_done, lost, repeated, missing } = self;
        let steps = jobs * STEPS;
        writeln!(f, "{jobs} jobs, {steps_done} of {steps} steps done")?;
        write!(f, "{lost} steps lost, {repeated} steps repeated, {missing} money missing")
    }
}
