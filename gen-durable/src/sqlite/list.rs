//! [`RunInfo`]: a run in the list of a store.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use super::claim::LeaseContext;
use super::error::StoreError;
use super::journal::{StoredWait, StoredWaits};
use super::rows::{self, Row};
use crate::clock;
use crate::journal::Outcome;
use crate::record::Kind;

/// A run of a store, as [`SqliteStore::runs`](crate::SqliteStore::runs) lists it.
///
/// It prints as a line: ``order `7`: in progress, waits for the step `pick` at src/order.rs:12:5``.
///
/// Runs that [call](fn@crate::call) each other in a circle wait for ever: each of them waits for
/// "the call of" the next one. To end all of them,
/// [cancel](crate::SqliteStore::cancel) one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunInfo {
    /// The name of the body.
    pub body: String,
    /// The key.
    pub key: String,
    /// The time at which it was started.
    pub begun: SystemTime,
    /// Whether it runs, or has ended.
    pub state: RunState,
    /// The first commands for which it waits, at most 32. A run that is not in progress waited for
    /// them when it was last.
    pub waits_for: Vec<RunWait>,
    /// The number of all commands for which it waits.
    pub waits: usize,
    /// The reason of a cancellation that was asked for, and has not arrived yet.
    pub cancel: Option<String>,
}

/// The state of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunState {
    /// It is to begin at that time, or when the runs are resumed after it.
    Delayed(SystemTime),
    /// No process runs it. It goes on when the runs are resumed.
    Free,
    /// No process runs it, since it could not go on, for this reason. It is tried again when the
    /// runs are resumed. Also a run whose rows in the file are damaged.
    Stopped(String),
    /// A process runs it.
    InProgress,
    /// It has ended, and this is its result.
    Ended(Outcome),
}

/// A command for which a run waits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunWait {
    /// The command, such as "the step `charge`": at most 1,000 characters of it.
    pub what: String,
    /// The line of the yield, such as "src/order.rs:12:5".
    pub at: String,
    /// The time at which it is done by itself, such as that of a sleep.
    pub until: Option<SystemTime>,
}

pub(super) fn all(connection: &Connection, context: &LeaseContext) -> gen::Result<Vec<RunInfo>> {
    let rows = rows::all(connection, true)?;
    Ok(rows.into_iter().map(|row| info(connection, context, row)).collect())
}

/// A damaged run is listed as stopped, so that it does not hide the others.
fn info(connection: &Connection, context: &LeaseContext, row: Row) -> RunInfo {
    let read = state(connection, context, &row).and_then(|state| Ok((state, stored_waits(&row)?)));
    let (state, stored) = read.unwrap_or_else(|error| {
        let why = format!("{error:#}");
        (RunState::Stopped(why), StoredWaits::default())
    });
    RunInfo {
        body: row.name.body,
        key: row.name.key,
        begun: time(u64::try_from(row.begun).unwrap_or_default()),
        state,
        waits_for: stored.first.into_iter().map(wait).collect(),
        waits: stored.number,
        cancel: row.cancel,
    }
}

fn state(connection: &Connection, context: &LeaseContext, row: &Row) -> gen::Result<RunState> {
    if row.ended.is_some() {
        Ok(RunState::Ended(rows::outcome(connection, row)?))
    } else if context.is_leased(row)? {
        Ok(RunState::InProgress)
    } else if let Some(begins) = row.begins {
        Ok(RunState::Delayed(time(u64::try_from(begins).unwrap_or_default())))
    } else {
        Ok(row.stopped.clone().map_or(RunState::Free, RunState::Stopped))
    }
}

fn stored_waits(row: &Row) -> gen::Result<StoredWaits> {
    let Some(json) = &row.waits else { return Ok(StoredWaits::default()) };
    serde_json::from_str(json)
        .map_err(|_| StoreError::damaged(format!("what the {} waits for", row.name.text())))
}

fn wait(stored: StoredWait) -> RunWait {
    let StoredWait { what, at, until } = stored;
    RunWait { what, at, until: until.map(time) }
}

/// Milliseconds since 1970. A time that the system does not know is the last one that it knows.
fn time(millis: u64) -> SystemTime {
    clock::time_of(millis).unwrap_or_else(|| {
        // The largest time of a 64-bit Unix is far behind this one.
        UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX))
    })
}

impl fmt::Display for RunInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`: {}", self.body, self.key, self.state)?;
        // The reason of a run that is stopped is a sentence, which does not go on behind it.
        let end = if matches!(self.state, RunState::Stopped(_)) { ";" } else { "," };
        if let Some(reason) = &self.cancel {
            write!(f, "{end} to be cancelled (`{reason}`)")?;
        }
        for (index, wait) in self.waits_for.iter().enumerate() {
            match index {
                0 => write!(f, "{end} waits for {wait}")?,
                _ => write!(f, ", and for {wait}")?,
            }
        }
        match self.waits.saturating_sub(self.waits_for.len()) {
            0 => Ok(()),
            more => write!(f, ", and for {more} more"),
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunState::Delayed(_) => f.write_str("delayed"),
            RunState::Free => f.write_str("free"),
            RunState::Stopped(why) => write!(f, "stopped: {why}"),
            RunState::InProgress => f.write_str("in progress"),
            RunState::Ended(outcome) => write!(f, "ended with {}", Kind(outcome)),
        }
    }
}

impl fmt::Display for RunWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.what, self.at)
    }
}
