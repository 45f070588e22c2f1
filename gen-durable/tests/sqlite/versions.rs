//! Stores of earlier versions of the library.

use std::path::Path;

use gen::yield_;
use gen_durable::{resume_all, set_state, signal, Bodies, SqliteOptions, SqliteStore, StoreError};
use rusqlite::Connection;

use crate::world::{block_on, Folder};

#[gen::coroutine]
fn two_numbers() -> gen::Result<u32> {
    let first: u32 = yield_!(signal("number"))?;
    yield_!(set_state("first", &first))?;
    let second: u32 = yield_!(signal("number"))?;
    Ok(first + second)
}

fn bodies() -> Bodies {
    Bodies::new().body("numbers", |()| two_numbers())
}

/// Takes away what version 1 had not.
fn make_version_1(path: &Path) {
    let sql = "DROP TABLE sizes; DROP TABLE delays; DROP TABLE states; PRAGMA user_version = 1";
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn sizes(path: &Path) -> i64 {
    let sql = "SELECT signals FROM sizes";
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_store_of_version_1_goes_on_with_its_runs_and_signals() {
    let folder = Folder::new("version-1");
    let path = folder.file("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    drop(store.journal("numbers", "7").unwrap());
    store.send_signal("numbers", "7", "number", &1).unwrap();
    drop(store);
    let size = sizes(&path);
    make_version_1(&path);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(sizes(&path), size, "the signals count as before");
    store.send_signal("numbers", "7", "number", &2).unwrap();
    assert_eq!(sizes(&path), 2 * size);
    let end = block_on(async { resume_all(&store, bodies())?.get("numbers", "7")?.result::<u32>().await });
    assert_eq!(end.unwrap(), 3);
    assert_eq!(store.state("numbers", "7", "first").unwrap(), Some(1));
    store.check().unwrap();
    drop(store);
    SqliteStore::open(&path).unwrap();
}

#[test]
fn a_store_of_version_1_that_is_open_elsewhere_is_left_alone() {
    let folder = Folder::new("version-1-open");
    let path = folder.file("orders.db");
    let elsewhere = SqliteStore::open(&path).unwrap();
    make_version_1(&path);
    let error = SqliteStore::open(&path).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&StoreError::EarlierVersion), "{error:#}");
    drop(elsewhere);
    SqliteStore::open(&path).unwrap();
}

#[test]
fn a_damaged_store_of_version_1_is_left_as_it_was() {
    let folder = Folder::new("version-1-damaged");
    let path = folder.file("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    drop(store.journal("numbers", "7").unwrap());
    drop(store);
    make_version_1(&path);
    let number = |sql: &str| {
        let number = Connection::open(&path).unwrap().query_row(sql, [], |row| row.get::<_, i64>(0));
        number.unwrap()
    };
    let root = number("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'");
    let (mut bytes, page) = (std::fs::read(&path).unwrap(), usize::try_from(root).unwrap());
    bytes[(page - 1) * 4096..page * 4096].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(StoreError::Damaged { .. })), "{error:#}");
    assert_eq!(number("PRAGMA user_version"), 1);
}

#[test]
fn a_store_of_version_1_with_other_tables_is_refused() {
    let folder = Folder::new("version-1-more");
    let path = folder.file("orders.db");
    drop(SqliteStore::open(&path).unwrap());
    make_version_1(&path);
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE states (a)").unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(StoreError::Damaged { .. })), "{error:#}");
}

#[test]
fn a_store_of_version_1_that_finds_no_room_for_more_tables_is_full_and_left_as_it_was() {
    let folder = Folder::new("version-1-full");
    let path = folder.file("orders.db");
    drop(SqliteStore::open(&path).unwrap());
    make_version_1(&path);
    Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
    let error = SqliteOptions::new().max_size(1).open(&path).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&StoreError::Full), "{error:#}");
    SqliteStore::open(&path).unwrap();
}
