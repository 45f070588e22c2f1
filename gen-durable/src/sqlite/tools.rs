//! For a tool that has no bodies: it adds runs, and looks into them.

use serde::de::DeserializeOwned;
use serde::Serialize;

use super::job::Safety;
use super::rows::{self, Name};
use super::{signals, SqliteStore};
use crate::memory::Records;
use crate::step::value_of;

impl SqliteStore {
    /// Adds a run, which no process runs yet: the next [`resume_all`](crate::resume_all) or
    /// [`Runs::resume`](crate::Runs::resume) of a process that has its body takes it. When this
    /// returns, the run is on the disk.
    ///
    /// Returns whether it is new. If there is a run of this body with this key, nothing changes.
    ///
    /// It is for a program that has no [`Bodies`](crate::Bodies), such as a tool.
    /// [`Runs::start`](crate::Runs::start) also runs it.
    ///
    /// ```
    /// use gen_durable::SqliteStore;
    ///
    /// # fn main() -> gen::Result {
    /// # let name = format!("gen-durable-add-{}.db", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// let store = SqliteStore::open(&path)?;
    /// assert!(store.add("order", "7", &["apple", "pear"])?);
    /// assert!(!store.add("order", "7", &["apple"])?);
    /// assert_eq!(store.runs()?[0].to_string(), "order `7`: free");
    /// let items: Vec<String> = store.arguments("order", "7")?;
    /// assert_eq!(items, ["apple", "pear"]);
    /// # drop(store);
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`](crate::StoreError); arguments that cannot be written as JSON.
    pub fn add<A: Serialize + ?Sized>(&self, body: &str, key: &str, arguments: &A) -> gen::Result<bool> {
        let (name, arguments) = (Name::new(body, key)?, serde_json::to_string(arguments)?);
        self.0.insert(&name, &arguments).wait()
    }

    /// The arguments with which a run was started.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRun`](crate::StoreError::NoRun); arguments that are of another type.
    pub fn arguments<A: DeserializeOwned>(&self, body: &str, key: &str) -> gen::Result<A> {
        let name = Name::new(body, key)?;
        let found = self.0.submit(Safety::Read, move |connection| {
            let row = rows::get(connection, &name)?;
            rows::arguments(connection, &row)
        });
        Ok(value_of(&found.wait()?, || "the recorded arguments have another type".into())?)
    }

    /// A copy of the journal of a run, also while a process runs it.
    ///
    /// A [`MemoryJournal`](crate::MemoryJournal) over it replays the run up to its present state.
    /// There the coroutine waits where the run waits, for a [dump](gen::dump()), or for a debugger.
    /// Beyond that it would go on, and run the steps that have no outcome, so a tool that only
    /// looks wraps the journal, and gives no [`Event::Run`](crate::Event::Run).
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRun`](crate::StoreError::NoRun) and
    /// [`StoreError::Damaged`](crate::StoreError::Damaged).
    pub fn records(&self, body: &str, key: &str) -> gen::Result<Records> {
        let name = Name::new(body, key)?;
        let copied = self.0.submit(Safety::Read, move |connection| {
            let row = rows::get(connection, &name)?;
            let (records, _) = rows::entries(connection, &row)?;
            Ok(Records::copied(records, signals::all(connection, &row)?))
        });
        copied.wait()
    }
}
