//! [`StoreError`]: why a store in SQLite cannot be used, and what to do.

use std::error::Error as StdError;
use std::fmt;

use rusqlite::ErrorCode;

/// A store in a file of SQLite cannot do what was asked. Nothing that was recorded is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is something else: it was not made by a [`SqliteStore`](crate::SqliteStore).
    NotAStore,
    /// A later version of this library has written the file, or an entry of a run.
    LaterVersion,
    /// A process with an earlier version of this library has the file open, so it cannot be brought
    /// to this version.
    EarlierVersion,
    /// The file is damaged, and the text says where.
    #[non_exhaustive]
    Damaged {
        /// The damaged part, such as "entry 3 of the order `7`".
        what: String,
    },
    /// The disk is full, or the file has the size that
    /// [`max_size`](crate::SqliteOptions::max_size) allows.
    Full,
    /// Another process has kept the file locked for as long as
    /// [`busy_timeout`](crate::SqliteOptions::busy_timeout) says. While many processes begin
    /// transactions at once, SQLite gives up after ten seconds at most, whatever that says.
    Busy,
    /// The run is in progress: in another process, or in this one.
    Leased,
    /// The run was taken over by another process, because the file of this process's lease is gone.
    LeaseLost,
    /// A run, an entry, a name or arguments are larger than they may be.
    #[non_exhaustive]
    TooLarge {
        /// The thing that is too large.
        what: String,
    },
    /// There is no body of this name in the [`Bodies`](crate::Bodies).
    #[non_exhaustive]
    NoBody {
        /// The name.
        body: String,
    },
    /// There is no run of this body with this key.
    NoRun,
    /// The thread that writes the file has ended.
    Closed,
    /// SQLite cannot read or write the file for another reason, such as a disk that fails.
    #[non_exhaustive]
    Sqlite {
        /// The text of SQLite, with its
        /// [extended result code](https://www.sqlite.org/rescode.html) if it has one.
        what: String,
    },
}

impl StoreError {
    pub(crate) fn damaged(what: impl Into<String>) -> gen::Error {
        StoreError::Damaged { what: what.into() }.into()
    }

    pub(crate) fn too_large(what: impl Into<String>) -> gen::Error {
        StoreError::TooLarge { what: what.into() }.into()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::NotAStore => {
                f.write_str("the file is no store of durable runs: choose another path for the store")
            }
            StoreError::LaterVersion => f.write_str(
                "a later version of gen-durable has written to the store: run a program with that version",
            ),
            StoreError::EarlierVersion => f.write_str(
                "a program with an earlier version of gen-durable has the store open: end it first",
            ),
            StoreError::Damaged { what } => write!(
                f,
                "the store is damaged, and was left as it is: {what}. Restore a backup of all of its files"
            ),
            StoreError::Full => f.write_str(
                "the disk is full, or the store has its largest size: make room, and resume the runs",
            ),
            StoreError::Busy => f.write_str(
                "another process has locked the store for too long: look for one that is stopped, or that \
                 has a transaction open",
            ),
            StoreError::Leased => {
                f.write_str("the run is in progress: wait for its end, or for that of its process")
            }
            StoreError::LeaseLost => f.write_str(
                "another process has taken the run over: let nobody remove the `-lease-` files of the store",
            ),
            StoreError::TooLarge { what } => write!(f, "too large for the store: {what}"),
            StoreError::NoBody { body } => {
                write!(f, "there is no body `{body}`: add it to the `Bodies` with which the runs are resumed")
            }
            StoreError::NoRun => f.write_str("there is no run with this key: start it"),
            StoreError::Closed => f.write_str("the thread of the store has ended: open the store again"),
            StoreError::Sqlite { what } => write!(
                f,
                "SQLite cannot read or write the store: {what}. Look at the disk, and at the rights of the \
                 files of the store and of their folder"
            ),
        }
    }
}

impl StdError for StoreError {}

/// Turns an error of SQLite into that of the store.
pub(crate) fn named(error: rusqlite::Error) -> gen::Error {
    use rusqlite::Error as E;
    let named = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore,
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            StoreError::Busy
        }
        Some(ErrorCode::TooBig) => StoreError::TooLarge { what: "a value".into() },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { what: error.to_string() },
        _ => match error {
            // The tables have types, which SQLite checks when it writes.
            E::FromSqlConversionFailure(..)
            | E::IntegralValueOutOfRange(..)
            | E::InvalidColumnType(..)
            | E::QueryReturnedNoRows
            | E::Utf8Error(..) => StoreError::Damaged { what: error.to_string() },
            other => StoreError::Sqlite { what: with_code(&other) },
        },
    };
    named.into()
}

/// The text alone does not tell a disk that fails from a file that is too short.
fn with_code(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, Some(text)) => {
            format!("{text} (code {})", failure.extended_code)
        }
        // If it has a code, then it begins with it.
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A caller that looks for a `StoreError` would take it for an error of the coroutine.
    #[test]
    fn each_error_of_sqlite_is_one_of_the_store() {
        let short = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_SHORT_READ);
        for (error, text) in [
            (rusqlite::Error::SqliteFailure(short, None), "Error code 522: disk I/O error"),
            (rusqlite::Error::SqliteFailure(short, Some("no file".into())), "no file (code 522)"),
            (rusqlite::Error::InvalidQuery, "Query is not read-only"),
        ] {
            let named = named(error);
            match named.downcast_ref() {
                Some(StoreError::Sqlite { what }) => assert_eq!(what, text),
                _ => panic!("{named:?}"),
            }
        }
    }
}
