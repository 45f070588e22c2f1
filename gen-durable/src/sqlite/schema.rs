//! Opens the file of a store, and makes it if it is not there.
//!
//! The file may be anyone's, so nothing in it is believed before this has looked at it:
//!
//! 1. Its header must say that it is a store, of a version that is known. SQLite reads the header
//!    without a lock and without its log, so a stranger's file is left alone.
//! 2. Its tables must be exactly those that are made here. There is no trigger and no view.
//! 3. The trees of SQLite must be whole, since a torn page can hide a run, which would then be done
//!    again. This takes the longer the larger the file is, so it can be left out.
//! 4. Values have at most 16 MiB, and entries, signals and arguments have a checksum.
//!
//! A new store is made under another name, and then linked. So a store is never half made, and an
//! empty file was cut by someone.
//!
//! # Versions
//!
//! | version | tables |
//! |---|---|
//! | 1 | runs, entries, signals |
//! | 2 | also `sizes`, so that a new signal need not count the old ones; `delays` and `states` |
//!
//! A store of an earlier version gets the tables that it has not, in one transaction, when it is
//! opened. The processes of the earlier program must have ended: they would begin delayed runs at
//! once, and leave the states of a run behind when they remove it.
//!
//! The lease of a process shows that it has not ended. A process that is just opening the store has
//! none yet, so this version looks at the number again when it takes its lease. Version 1 does not:
//! nothing sees that such a process opens the store in just that moment.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::error::{named, StoreError};
use super::lease::{random_name, Lease};
use super::transaction::in_transaction;
use super::SqliteOptions;
use crate::files::{beside, create_private, ends_beside, sync_folder};
use crate::record::MAX_JSON;

/// "gend".
const APPLICATION: i64 = 0x6765_6e64;
/// A change of the tables changes the number.
const VERSION: i64 = 2;

/// By their names, as SQLite keeps them. The first [`TABLES_OF_1`] are those of version 1.
const TABLES: [(&str, &str); 7] = [
    (
        "runs",
        "CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    key TEXT NOT NULL,
    arguments TEXT NOT NULL,
    crc INTEGER NOT NULL,
    begun INTEGER NOT NULL,
    ended INTEGER,
    lease TEXT,
    waits TEXT,
    stopped TEXT,
    cancel TEXT,
    UNIQUE (body, key)
) STRICT",
    ),
    ("unfinished", "CREATE INDEX unfinished ON runs (id) WHERE ended IS NULL"),
    (
        "entries",
        "CREATE TABLE entries (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID",
    ),
    // No id is used again, also not that of a removed signal.
    (
        "signals",
        "CREATE TABLE signals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    signal TEXT NOT NULL,
    UNIQUE (run, number)
) STRICT",
    ),
    // The bytes of the signals of each run.
    (
        "sizes",
        "CREATE TABLE sizes (
    run INTEGER PRIMARY KEY,
    signals INTEGER NOT NULL
) STRICT",
    ),
    // The runs that are to begin later.
    (
        "delays",
        "CREATE TABLE delays (
    run INTEGER PRIMARY KEY,
    begins INTEGER NOT NULL
) STRICT",
    ),
    (
        "states",
        "CREATE TABLE states (
    run INTEGER NOT NULL,
    name TEXT NOT NULL,
    crc INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID",
    ),
];

const TABLES_OF_1: usize = 4;

/// Opens the file, which must be there, for reading and writing.
pub(super) fn open(path: &Path, options: &SqliteOptions) -> gen::Result<Connection> {
    check_header(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(named)?;
    configure(&connection, options).map_err(named)?;
    let version = check(&connection)?;
    if options.check {
        check_trees(&connection)?;
    }
    if version != VERSION {
        migrate(&connection, path)?;
    }
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(named)?;
    gen::ensure!(
        mode == "wal",
        "the file system cannot hold the log of SQLite: put the store on a local disk"
    );
    Ok(connection)
}

/// Makes a store, unless there is one.
pub(super) fn create(path: &Path) -> gen::Result {
    let has_log = has_log(path)?;
    if is_there(path, has_log)? {
        return Ok(());
    }
    make(path)
}

fn log_of(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

fn has_log(path: &Path) -> io::Result<bool> {
    log_of(path).try_exists()
}

/// Whether the store is there. `has_log` says whether its log was there before this look.
///
/// Another process may make the store at any moment, and it links the store before its log exists.
/// So a log that was there first, and has no store now, has lost it.
fn is_there(path: &Path, has_log: bool) -> gen::Result<bool> {
    if path.try_exists()? {
        if fs::metadata(path)?.len() == 0 {
            return Err(StoreError::damaged("the file is empty. If it is to be a new store, remove it"));
        }
        return Ok(true);
    }
    if has_log {
        let log = log_of(path);
        return Err(StoreError::damaged(format!("{} is there without its store", log.display())));
    }
    Ok(false)
}

/// Stands between the name of a store and a random one, in that under which it is made.
const NEW: &str = "-new-";

/// Makes a store under another name, and links it.
fn make(path: &Path) -> gen::Result {
    let new = beside(path, &format!("{NEW}{}", random_name()));
    // The log of SQLite gets the permissions of the file.
    drop(create_private(&new)?);
    let linked = fill(&new).and_then(|()| Ok(fs::hard_link(&new, path)?));
    // If it stays, then the next process that opens the store removes it.
    let _ = fs::remove_file(&new);
    // Another process may have been faster, and have swept this file away, too.
    if linked.is_err() && !path.try_exists()? {
        return linked;
    }
    sync_folder(path)?;
    Ok(())
}

/// Removes the files of processes that were killed while they made this store, which is there.
///
/// A process that lives may still make it. That does not need its file any more: it cannot link it.
pub(super) fn sweep(path: &Path) -> io::Result<()> {
    for end in ends_beside(path, NEW)? {
        if is_end_of_new(&end) {
            // One that stays does not hide the others.
            let _ = fs::remove_file(beside(path, &format!("{NEW}{end}")));
        }
    }
    Ok(())
}

/// Whether a file is a store that was being made, or belongs to one. Others may be anyone's.
fn is_end_of_new(end: &str) -> bool {
    let of_sqlite = ["-wal", "-shm", "-journal"].iter().find_map(|kind| end.strip_suffix(kind));
    let name = of_sqlite.unwrap_or(end);
    name.len() == random_name().len() && name.chars().all(|c| c.is_ascii_hexdigit())
}

fn fill(path: &Path) -> gen::Result {
    // It does not make a file that was swept away, whose permissions would be other ones.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(named)?;
    let mut batch = format!("PRAGMA fullfsync = ON; BEGIN; PRAGMA application_id = {APPLICATION};");
    batch += &making(&TABLES);
    batch += "COMMIT; PRAGMA journal_mode = WAL;";
    connection.execute_batch(&batch).map_err(named)?;
    connection.close().map_err(|(_, error)| named(error))
}

/// Makes these tables, and sets the version.
fn making(tables: &[(&str, &str)]) -> String {
    let tables: String = tables.iter().map(|(_, sql)| format!("{sql};")).collect();
    format!("PRAGMA user_version = {VERSION}; {tables}")
}

/// Adds what a store of version 1 has not.
fn migrate(connection: &Connection, path: &Path) -> gen::Result {
    in_transaction(connection, "BEGIN IMMEDIATE", || {
        // Another process may have done it meanwhile.
        match check_numbers(connection)? {
            VERSION => check_tables(connection, &TABLES),
            _ => migrate_from_1(connection, path),
        }
    })
}

fn migrate_from_1(connection: &Connection, path: &Path) -> gen::Result {
    check_tables(connection, &TABLES[..TABLES_OF_1])?;
    if Lease::is_any_held(path)? {
        return Err(StoreError::EarlierVersion.into());
    }
    let sizes = "INSERT INTO sizes SELECT run, sum(octet_length(signal)) FROM signals GROUP BY run;";
    connection.execute_batch(&(making(&TABLES[TABLES_OF_1..]) + sizes)).map_err(named)
}

/// Looks at the file alone, without a lock. If it is damaged, or is just being changed, then the
/// look that follows says so.
fn check_header(path: &Path) -> gen::Result {
    let uri = format!("file:{}?immutable=1", percent_encoded(path));
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags).map_err(named)?;
    match check_numbers(&connection) {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Damaged { .. })) => Ok(()),
        checked => checked.map(drop),
    }
}

/// Looks at the header and the tables, and returns the version of the store.
fn check(connection: &Connection) -> gen::Result<i64> {
    // Another process may bring it to this version between the two looks.
    in_transaction(connection, "BEGIN", || {
        let version = check_numbers(connection)?;
        let tables = if version == VERSION { &TABLES[..] } else { &TABLES[..TABLES_OF_1] };
        check_tables(connection, tables)?;
        Ok(version)
    })
}

/// The version of the store.
pub(super) fn check_numbers(connection: &Connection) -> gen::Result<i64> {
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(named);
    if number("PRAGMA application_id")? != APPLICATION {
        return Err(StoreError::NotAStore.into());
    }
    match number("PRAGMA user_version")? {
        version @ 1..=VERSION => Ok(version),
        version if version > VERSION => Err(StoreError::LaterVersion.into()),
        version => Err(StoreError::damaged(format!("its version is {version}"))),
    }
}

fn check_tables(connection: &Connection, tables: &[(&str, &str)]) -> gen::Result {
    let mut found = 0;
    let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema").map_err(named)?;
    let mut rows = statement.query([]).map_err(named)?;
    while let Some(row) = rows.next().map_err(named)? {
        let (kind, name) = (row.get::<_, String>(0).map_err(named)?, row.get::<_, String>(1).map_err(named)?);
        let sql: Option<String> = row.get(2).map_err(named)?;
        if tables.iter().any(|table| (table.0, Some(table.1)) == (&*name, sql.as_deref())) {
            found += 1;
        } else if !(kind == "table" || kind == "index") || !name.starts_with("sqlite_") {
            // SQLite itself has such names, for an index, and for the results of ANALYZE.
            return Err(StoreError::damaged(format!("it has a {kind} `{}`", short(&name))));
        }
    }
    if found != tables.len() {
        return Err(StoreError::damaged("a table is missing"));
    }
    Ok(())
}

/// Looks at all pages of the file.
pub(super) fn check_trees(connection: &Connection) -> gen::Result {
    let found: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(named)?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StoreError::damaged(found))
    }
}

/// The text, or its beginning.
pub(super) fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

fn configure(connection: &Connection, options: &SqliteOptions) -> rusqlite::Result<()> {
    /// Room for the other columns of a row.
    const COLUMNS: usize = 1 << 16;
    connection.busy_timeout(options.busy)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection
        .set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(MAX_JSON + COLUMNS).unwrap_or(i32::MAX))?;
    // On macOS only this reaches the disk.
    connection
        .execute_batch("PRAGMA fullfsync = ON; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL;")?;
    if let Some(size) = options.max_size {
        let page: u32 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        let pages = size / u64::from(page.max(1));
        connection.query_row(&format!("PRAGMA max_page_count = {}", pages.max(1)), [], |_| Ok(()))?;
    }
    Ok(())
}

#[cfg(unix)]
fn percent_encoded(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    encoded(path.as_os_str().as_bytes())
}

#[cfg(not(unix))]
fn percent_encoded(path: &Path) -> String {
    format!("/{}", encoded(path.to_string_lossy().replace('\\', "/").as_bytes()))
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                text.push(char::from(*byte))
            }
            _ => text += &format!("%{byte:02X}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::SqliteStore;
    use super::*;

    /// A path of a store in a new folder.
    fn new_path(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("gen-durable-{name}-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        folder.join("orders.db")
    }

    fn remove(path: &Path) {
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_store_that_another_process_makes_in_just_that_moment_is_not_damaged() {
        let path = new_path("made-meanwhile");
        let has_log = has_log(&path).unwrap();
        assert!(!is_there(&path, has_log).unwrap());
        let other = SqliteStore::open(&path).unwrap();
        assert!(log_of(&path).exists());
        assert!(is_there(&path, has_log).unwrap(), "it was made between the two looks");
        make(&path).unwrap();
        create(&path).unwrap();
        drop(other);
        remove(&path);
    }

    #[test]
    fn a_store_that_a_killed_process_has_half_made_is_removed_and_no_other_file() {
        let path = new_path("half-made");
        let half = ["-new-0123456789abcdef", "-new-0123456789abcdef-journal", "-new-fedcba9876543210-wal"];
        let others = ["-new-orders", "-new-0123456789abcdef.txt", "-news"];
        for end in half.iter().chain(&others) {
            fs::write(beside(&path, end), "").unwrap();
        }
        drop(SqliteStore::open(&path).unwrap());
        assert!(half.iter().all(|end| !beside(&path, end).exists()));
        assert!(others.iter().all(|end| beside(&path, end).exists()));
        remove(&path);
    }
}
