//! [`SqliteOptions`]: how a store is opened.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gen::Context as _;

use super::shared::Shared;
use super::SqliteStore;

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
    pub(super) busy: Duration,
    pub(super) max_size: Option<u64>,
    pub(super) survives_power_cut: bool,
    pub(super) check: bool,
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
    /// with [`StoreError::Full`](crate::StoreError::Full), and can go on later.
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
    /// [`StoreError`](crate::StoreError), and the errors of the file system. A file that is no
    /// store is not changed.
    pub fn open(self, path: impl AsRef<Path>) -> gen::Result<SqliteStore> {
        let path = path.as_ref();
        let opened = Shared::open(path, &self);
        let shared = opened.with_context(|| format!("cannot open the store {}", path.display()))?;
        Ok(SqliteStore(Arc::new(shared)))
    }
}
