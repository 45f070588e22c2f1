//! Files that are no stores, or that cannot be written: each has its error, and is left alone.

use std::fs;
use std::path::Path;
use std::time::Duration;

use gen::yield_;
use gen_durable::{resume_all, signal, step, with_timeout, Bodies, SqliteOptions, SqliteStore, StoreError};
use rusqlite::Connection;

use crate::world::{block_on, Folder, World};

#[track_caller]
fn error(path: &Path) -> StoreError {
    let error = SqliteStore::open(path).unwrap_err();
    assert!(error.to_string().starts_with("cannot open the store "), "{error}");
    error.downcast_ref::<StoreError>().unwrap_or_else(|| panic!("{error:?}")).clone()
}

#[track_caller]
fn damage(path: &Path) -> String {
    match error(path) {
        StoreError::Damaged { what, .. } => what,
        other => panic!("{other:?}"),
    }
}

fn new_store(path: &Path) {
    drop(SqliteStore::open(path).unwrap());
}

fn change(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn a_database_of_another_program_is_not_changed() {
    let folder = Folder::new("other-program");
    let path = folder.file("letters.db");
    change(&path, "CREATE TABLE letters (text TEXT); INSERT INTO letters VALUES ('Dear Sir')");
    let content = fs::read(&path).unwrap();
    assert_eq!(error(&path), StoreError::NotAStore);
    assert_eq!(fs::read(&path).unwrap(), content);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_store_of_a_later_version_is_left_alone() {
    let folder = Folder::new("later");
    let path = folder.file("orders.db");
    new_store(&path);
    change(&path, "PRAGMA user_version = 3; CREATE TABLE more (a)");
    assert_eq!(error(&path), StoreError::LaterVersion);
    change(&path, "PRAGMA user_version = 2; DROP TABLE more");
    let store = SqliteStore::open(&path).unwrap();
    let journal = store.journal("order", "7").unwrap();
    let world = World::default();
    block_on(gen_durable::run(text(world.clone(), 1), journal)).unwrap();
    // A later version may have entries of other kinds.
    let json = r#"{"paused":[0]}"#;
    let crc = |number: i64| checksum(&[&1_i64.to_le_bytes(), &number.to_le_bytes(), json.as_bytes()]);
    change(&path, &format!("UPDATE entries SET record = '{json}', crc = {} WHERE number = 1", crc(1)));
    let error = store.journal("order", "7").unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&StoreError::LaterVersion));
}

fn checksum(parts: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()
}

#[test]
fn a_store_with_a_trigger_or_a_view_or_without_a_table_is_refused() {
    let folder = Folder::new("trigger");
    for (number, (sql, expected)) in [
        ("CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM runs; END", "it has a trigger `t`"),
        ("CREATE VIEW v AS SELECT 1", "it has a view `v`"),
        ("CREATE TABLE t (a)", "it has a table `t`"),
        ("DROP INDEX unfinished", "a table is missing"),
        ("ALTER TABLE runs ADD COLUMN more TEXT", "it has a table `runs`"),
        ("PRAGMA user_version = 0", "its version is 0"),
        ("PRAGMA user_version = -7", "its version is -7"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.file(&format!("orders-{number}.db"));
        new_store(&path);
        change(&path, sql);
        assert_eq!(damage(&path), expected);
    }
    let path = folder.file("analyzed.db");
    new_store(&path);
    change(&path, "ANALYZE");
    new_store(&path);
}

#[test]
fn an_empty_file_and_a_log_without_its_store_were_cut_and_are_no_new_stores() {
    let folder = Folder::new("empty");
    let path = folder.file("orders.db");
    fs::write(&path, "").unwrap();
    assert!(damage(&path).starts_with("the file is empty"), "{}", damage(&path));
    fs::remove_file(&path).unwrap();
    fs::write(folder.file("orders.db-wal"), "x").unwrap();
    assert!(damage(&path).ends_with("orders.db-wal is there without its store"), "{}", damage(&path));
}

#[test]
fn a_lease_that_is_a_path_opens_no_file() {
    let folder = Folder::new("lease-path");
    let path = folder.file("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    drop(store.journal("order", "7").unwrap());
    store.runs().unwrap();
    change(&path, "UPDATE runs SET lease = '/../../etc/passwd'");
    let error = store.journal("order", "7").unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(StoreError::Damaged { .. })), "{error:?}");
    // It is the lease of no process.
    store.remove("order", "7").unwrap();
    drop(store.journal("order", "7").unwrap());
}

#[test]
fn changed_arguments_and_entries_are_not_believed() {
    let folder = Folder::new("checksums");
    let path = folder.file("orders.db");
    for (sql, expected) in [
        ("UPDATE runs SET arguments = '[]'", "the arguments of the run `7` of `order`"),
        ("UPDATE entries SET record = replace(record, 'x', 'y')", "entry 1 of the run `7` of `order`"),
        ("DELETE FROM entries WHERE number = 0", "entry 1 of the run `7` of `order`"),
        ("DELETE FROM entries WHERE number = 2", "the last entries of the run `7` of `order`"),
        ("UPDATE entries SET number = -1 WHERE number = 0", "entry -1 of the run `7` of `order`"),
        ("UPDATE runs SET ended = NULL", "the last entries of the run `7` of `order`"),
    ] {
        let store = SqliteStore::open(&path).unwrap();
        let journal = store.journal("order", "7").unwrap();
        block_on(gen_durable::run(text(World::default(), 1), journal)).unwrap();
        change(&path, sql);
        let error = store.journal("order", "7").unwrap_err();
        match error.downcast_ref::<StoreError>() {
            Some(StoreError::Damaged { what, .. }) => assert_eq!(what, expected),
            other => panic!("{other:?}"),
        }
        assert!(store.check().is_err());
        drop(store);
        fs::remove_file(&path).unwrap();
    }
}

/// A step whose result has so many thousands of bytes, five times.
#[gen::coroutine]
fn text(world: World, thousands: usize) -> gen::Result<usize> {
    let mut sum = 0;
    let count = if thousands == 1 { 1 } else { 5 };
    for n in 0..count {
        let label = format!("step {n}");
        let text = "x".repeat(1000 * thousands);
        sum += yield_!(step(label.clone(), world.work(&label, text)))?.len();
    }
    Ok(sum)
}

#[test]
fn a_full_disk_stops_a_run_which_goes_on_when_there_is_room() {
    let folder = Folder::new("full");
    let path = folder.file("orders.db");
    new_store(&path);
    let empty = fs::metadata(&path).unwrap().len();
    let world = World::default();
    let mut stopped = 0;
    for room in (0..=1000).step_by(50) {
        let store = SqliteOptions::new().max_size(empty + room * 1000).open(&path).unwrap();
        let before = world.log();
        let run =
            store.journal("order", "7").map(|journal| gen_durable::run(text(world.clone(), 100), journal));
        match run.and_then(block_on) {
            Ok(sum) => {
                assert_eq!(sum, 500_000);
                assert!(room >= 500, "{room}");
                break;
            }
            Err(error) => assert_eq!(error.downcast_ref(), Some(&StoreError::Full), "{error:?}"),
        }
        stopped += 1;
        // The step whose outcome found no room ran once in this process, and runs again.
        let again = world.log().split_off(before.len());
        assert!(
            again.len() <= 2 && before.iter().filter(|step| again.contains(step)).count() <= before.len()
        );
    }
    assert!(stopped >= 8, "{stopped}");
    let log = world.log();
    let sorted = log.is_sorted();
    assert!(sorted, "no step ran after a later one: {log:?}");
}

#[test]
fn a_store_that_another_program_keeps_locked_is_busy() {
    let folder = Folder::new("busy");
    let path = folder.file("orders.db");
    let store = SqliteOptions::new().busy_timeout(Duration::from_millis(20)).open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.journal("order", "7").unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&StoreError::Busy));
    other.execute_batch("ROLLBACK").unwrap();
    let journal = store.journal("order", "7").unwrap();
    assert_eq!(block_on(gen_durable::run(text(World::default(), 1), journal)).unwrap(), 1000);
}

#[test]
fn a_run_that_finds_the_store_locked_begins_when_it_is_not() {
    let folder = Folder::new("busy-follower");
    let path = folder.file("orders.db");
    let store = SqliteOptions::new().busy_timeout(Duration::from_millis(1)).open(&path).unwrap();
    store.add("text", "7", &()).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let bodies = Bodies::new().body("text", |()| text(World::default(), 1));
    let end = block_on(async {
        let run = resume_all(&store, bodies)?.get("text", "7")?;
        // The clock stands still until the store has said that it is busy.
        gen::sleep(Duration::from_millis(1)).await?;
        other.execute_batch("ROLLBACK").unwrap();
        run.result::<usize>().await
    });
    assert_eq!(end.unwrap(), 1000);
}

/// Someone removes the files of all leases, so each process believes that the others have died.
fn remove_leases(store: &Path) {
    for entry in fs::read_dir(store.parent().unwrap()).unwrap() {
        let entry = entry.unwrap().path();
        if entry.to_string_lossy().contains("-lease-") {
            fs::remove_file(entry).unwrap();
        }
    }
}

#[test]
fn a_process_that_has_lost_its_lease_writes_nothing_more() {
    let folder = Folder::new("lease-lost");
    let path = folder.file("orders.db");
    let (first, second) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
    let old = first.journal("order", "7").unwrap();
    remove_leases(&path);
    let new = second.journal("order", "7").unwrap();
    let world = World::default();
    let error = block_on(gen_durable::run(text(world.clone(), 1), old)).unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&StoreError::LeaseLost));
    assert_eq!(block_on(gen_durable::run(text(world, 1), new)).unwrap(), 1000);
}

#[gen::coroutine]
fn approval() -> gen::Result<bool> {
    yield_!(signal("approved"))
}

#[test]
fn a_run_that_waits_hears_that_another_process_has_taken_it_over() {
    let folder = Folder::new("lease-lost-waiting");
    let path = folder.file("orders.db");
    let (first, second) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
    // On the clock of the system, by which the process looks at the file four times a second.
    let ended = gen::run_sync(async {
        let bodies = Bodies::new().body("approval", |()| approval());
        let run = resume_all(&first, bodies)?.start("approval", "7", &()).await?;
        while second.runs()?[0].waits == 0 {
            gen::sleep(Duration::from_millis(1)).await?;
        }
        remove_leases(&path);
        let _taken_over = second.journal("approval", "7")?;
        let ended = run.result::<bool>();
        gen::with_timeout(Duration::from_secs(20), ended).join().await
    });
    assert_eq!(ended.unwrap_err().downcast_ref(), Some(&StoreError::LeaseLost));
}

#[test]
fn names_and_arguments_that_are_too_large_are_refused() {
    let folder = Folder::new("names");
    let store = SqliteStore::open(folder.file("orders.db")).unwrap();
    let error = store.journal("order", &"7".repeat(2000)).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(StoreError::TooLarge { .. })), "{error:?}");
    assert!(store.runs().unwrap().is_empty());
}

#[test]
fn a_reason_that_fits_into_no_entry_is_refused_and_stops_no_run() {
    let folder = Folder::new("reason");
    let store = SqliteStore::open(folder.file("orders.db")).unwrap();
    drop(store.journal("order", "7").unwrap());
    // As JSON each of these characters has two bytes.
    let error = store.cancel("order", "7", &"\"".repeat(9 << 20)).unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(StoreError::TooLarge { .. })), "{error:?}");
    let journal = store.journal("order", "7").unwrap();
    assert_eq!(block_on(gen_durable::run(text(World::default(), 1), journal)).unwrap(), 1000);
}

/// Waits for 20 signals, whose names have 1 MiB each.
#[gen::coroutine]
fn long_names() -> gen::Result<bool> {
    let names = (0..20).map(|n| format!("{n} {}", "x".repeat(1 << 20)));
    let signals: Vec<_> = names.map(signal::<u32>).collect();
    Ok(yield_!(with_timeout(Duration::from_secs(3600), signals)).is_err())
}

#[test]
fn commands_whose_names_together_fit_into_no_row_can_be_waited_for() {
    let folder = Folder::new("long-names");
    let store = SqliteStore::open(folder.file("orders.db")).unwrap();
    let journal = store.journal("order", "7").unwrap();
    assert!(block_on(gen_durable::run(long_names(), journal)).unwrap());
}

#[test]
fn a_store_that_another_program_keeps_locked_can_be_read() {
    let folder = Folder::new("busy-read");
    let path = folder.file("orders.db");
    let store = SqliteOptions::new().busy_timeout(Duration::from_millis(20)).open(&path).unwrap();
    let journal = store.journal("order", "7").unwrap();
    block_on(gen_durable::run(text(World::default(), 1), journal)).unwrap();
    store.cancel("order", "7", "the release before it is done").unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(store.runs().unwrap().len(), 1);
    assert_eq!(store.result::<usize>("order", "7").unwrap().unwrap().unwrap(), 1000);
    store.check().unwrap();
}

#[test]
fn a_damaged_run_does_not_hide_the_others() {
    let folder = Folder::new("damaged-run");
    let path = folder.file("orders.db");
    let store = SqliteStore::open(&path).unwrap();
    for key in ["6", "7", "8", "9"] {
        let journal = store.journal("order", key).unwrap();
        if key == "9" {
            block_on(gen_durable::run(text(World::default(), 1), journal)).unwrap();
        }
    }
    store.runs().unwrap();
    change(&path, "UPDATE runs SET lease = '/../../etc/passwd' WHERE key = '6'");
    change(&path, "UPDATE runs SET waits = 'nothing' WHERE key = '7'");
    change(&path, "DELETE FROM entries WHERE run = 4 AND number = 2");
    let lines: Vec<String> = store.runs().unwrap().iter().map(ToString::to_string).collect();
    for (line, key) in lines.iter().zip(["6", "7"]) {
        let start = format!("order `{key}`: stopped: the store is damaged, and was left as it is: ");
        assert!(line.starts_with(&start), "{line}");
    }
    assert_eq!(lines[2], "order `8`: free");
    assert!(lines[3].contains("the end of the run `9` of `order`"), "{}", lines[3]);
    let world = World::default();
    let sum: usize = block_on(async {
        let bodies = Bodies::new().body("order", move |()| text(world.clone(), 1));
        resume_all(&store, bodies)?.get("order", "8")?.result().await
    })
    .unwrap();
    assert_eq!(sum, 1000);
}
