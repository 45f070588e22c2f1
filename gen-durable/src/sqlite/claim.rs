//! How a process takes a run: [`LeaseContext::take`].

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use super::job::Safety;
use super::lease::Lease;
use super::live::{LiveRun, LiveRuns};
use super::rows::{self, Name, Row};
use super::signals;
use super::writer::Jobs;
use crate::journal::Outcome;
use crate::record::Record;

/// The answer to a process that wants a run.
pub(super) enum Claim {
    /// There is no such run.
    Missing,
    /// A process that lives runs it: another one, or this one.
    Leased,
    /// A process that has died has left it, and this transaction does not wait for the disk.
    ///
    /// The last entries of a killed process may not be on the disk. A [safe](Safety::Safe)
    /// transaction takes them there, before anything is done because of them.
    Orphaned,
    /// It is to begin at that time, in milliseconds since 1970.
    Delayed(u64),
    /// It has ended with this outcome.
    Ended(Outcome),
    /// It is this process's from now on.
    Taken(Taken),
}

/// The caller that wants a run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taker {
    /// A program, for its journal, also if the run has ended or is delayed.
    Journal,
    /// The follower of the run, at that time, in milliseconds since 1970.
    Follower(u64),
}

/// A run that this process has taken.
pub(super) struct Taken {
    pub(super) name: Name,
    pub(super) live: LiveRun,
    /// As JSON.
    pub(super) arguments: String,
    pub(super) records: Vec<Record>,
    /// The bytes of the records.
    pub(super) size: u64,
}

impl Taken {
    pub(super) fn run(&self) -> i64 {
        self.live.run
    }
}

/// The values by which the thread of the store judges leases, and takes and releases runs. It is no
/// handle, so a job that has it does not keep the store open.
#[derive(Clone)]
pub(super) struct LeaseContext {
    pub(super) path: PathBuf,
    /// The token of this process.
    pub(super) token: String,
    pub(super) live: Arc<LiveRuns>,
    pub(super) jobs: Jobs,
}

impl LeaseContext {
    /// Whether a process that lives runs it.
    pub(super) fn is_leased(&self, row: &Row) -> gen::Result<bool> {
        match rows::token(row)? {
            None => Ok(false),
            // A run that could not be given back is free.
            Some(token) if token == self.token => Ok(self.live.contains(row.id)),
            Some(token) => Ok(Lease::is_held(&self.path, token)?),
        }
    }

    /// Takes a run, if it is time, and no process that lives runs it. `safety` is that of the
    /// transaction.
    pub(super) fn take(
        &self,
        connection: &Connection,
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
        if self.is_leased(&row)? {
            return Ok(Claim::Leased);
        }
        let dead = rows::token(&row)?.filter(|token| *token != self.token);
        if dead.is_some() && safety != Safety::Safe {
            return Ok(Claim::Orphaned);
        }
        self.take_free(connection, &row, dead).map(Claim::Taken)
    }

    /// Takes a run that is free. `dead` is the token of the dead process that has left it.
    fn take_free(&self, connection: &Connection, row: &Row, dead: Option<&str>) -> gen::Result<Taken> {
        let arguments = rows::arguments(connection, row)?;
        let (records, size) = rows::entries(connection, row)?;
        let sent = signals::all(connection, row)?;
        rows::lease(connection, row, &self.token)?;
        if let Some(dead) = dead {
            Lease::remove(&self.path, dead);
        }
        let live = LiveRun::new(row.id, self);
        for (number, signal) in (0..).zip(sent) {
            live.mailbox.tell_signal(number, Ok(signal));
        }
        if let Some(reason) = &row.cancel {
            live.mailbox.tell_cancel(reason.clone());
        }
        Ok(Taken { name: row.name.clone(), live, arguments, records, size })
    }
}
