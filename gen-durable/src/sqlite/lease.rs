//! [`Lease`]: the proof that a process lives.
//!
//! A process that opens a store makes a file beside it, and keeps it locked. The name of the file
//! is the *token* of the lease, which the process writes into each run that it takes. A process
//! that wants a run of another one tries the lock of that file:
//!
//! | the file of a token | means |
//! |---|---|
//! | is locked | the process lives, and keeps its runs |
//! | is not locked, or not there | the process has died, and its runs are free |
//!
//! The system releases the lock when a process ends, however it ends. So a run of a killed process
//! is free at once, and a process that is merely slow or stopped keeps its runs. No clock is
//! needed: all processes of a store are on one machine in any case, because SQLite's log needs it.
//!
//! The lock comes before the token is in the store. A lease is taken within a write transaction, of
//! which there is one at a time, and so is each look that may free a run or remove a file. So no
//! process takes a lease whose file is not locked yet for that of the dead. A list of runs is read
//! in a transaction of another kind: it looks at tokens in rows only, whose files were locked
//! before, and it frees nothing.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};

use crate::files::{beside, create_private, ends_beside};

/// Stands between the name of a store and a token.
const LEASE: &str = "-lease-";

#[derive(Debug)]
pub(crate) struct Lease {
    token: String,
    path: PathBuf,
    /// Locked while it is open.
    _file: File,
}

impl Lease {
    /// Takes a new lease of a store.
    pub(crate) fn take(store: &Path) -> io::Result<Self> {
        loop {
            let token = format!("{}-{}", std::process::id(), random_name());
            let path = path_of(store, &token);
            let file = match create_private(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                opened => opened?,
            };
            match FileExt::try_lock(&file) {
                Ok(()) => return Ok(Lease { token, path, _file: file }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Whether the process that has taken the lease of this token lives.
    pub(crate) fn is_held(store: &Path, token: &str) -> io::Result<bool> {
        let file = match File::open(path_of(store, token)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            opened => opened?,
        };
        // Shared, so that processes that look at the same time do not take each other for it.
        match FileExt::try_lock_shared(&file) {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Removes the files of processes that have died. One that cannot be looked at stays, and does
    /// not hide the others.
    pub(crate) fn sweep(store: &Path) -> io::Result<()> {
        for token in tokens(store)? {
            if let Ok(false) = Lease::is_held(store, &token) {
                Lease::remove(store, &token);
            }
        }
        Ok(())
    }

    /// Whether a process that lives has the store open.
    pub(crate) fn is_any_held(store: &Path) -> io::Result<bool> {
        for token in tokens(store)? {
            if Lease::is_held(store, &token)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes the file of a process that has died.
    pub(crate) fn remove(store: &Path, token: &str) {
        // If it stays, it is only one file too many in the folder.
        let _ = fs::remove_file(path_of(store, token));
    }

    /// Whether a token from a file, which may be anyone's, has the form of a token. Only such a
    /// token may become a part of a path.
    pub(crate) fn is_token(text: &str) -> bool {
        let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
        !text.is_empty() && text.len() <= 40 && text.chars().all(is_part)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The tokens for which there are files.
fn tokens(store: &Path) -> io::Result<Vec<String>> {
    let ends = ends_beside(store, LEASE)?;
    Ok(ends.into_iter().filter(|token| Lease::is_token(token)).collect())
}

fn path_of(store: &Path, token: &str) -> PathBuf {
    beside(store, &format!("{LEASE}{token}"))
}

/// A name that no other process chooses.
pub(crate) fn random_name() -> String {
    // Each state is seeded by the system.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
