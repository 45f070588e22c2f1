//! The end of a run: while the disk works, the thread does other work.

use std::time::Duration;

use gen::yield_;
use gen_durable::SqliteStore;
use rusqlite::Connection;

use crate::world::Folder;

#[gen::coroutine]
fn nothing() -> gen::Result<u32> {
    Ok(7)
}

#[gen::coroutine]
fn ends_while_the_file_is_locked(folder: Folder) -> gen::Result {
    let path = folder.file("orders.db");
    let store = SqliteStore::open(&path)?;
    let journal = store.journal("order", "7")?;
    let other = Connection::open(&path)?;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let task = gen::spawn_local(gen_durable::run(nothing(), journal));
    // If the thread waited for the file, it could not unlock it.
    yield_!(gen::sleep(Duration::from_millis(1)))?;
    assert!(!task.is_done());
    other.execute_batch("ROLLBACK")?;
    assert_eq!(yield_!(task)?, 7);
    Ok(())
}

#[test]
fn a_thread_whose_run_ends_does_other_work_while_the_file_is_locked() {
    gen::run_sync(ends_while_the_file_is_locked(Folder::new("end"))).unwrap();
}
