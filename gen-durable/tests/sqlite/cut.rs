//! Files that are cut, torn or changed: the run comes to the same end, or the store is refused, and
//! no step that is recorded runs again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use gen::yield_;
use gen_durable::{sleep, step, JournalMismatch, SqliteOptions, SqliteStore, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::Connection;

use crate::kill::{is_long, side_by_side};
use crate::world::{block_on, Folder, World};

const STEPS: u32 = 12;

#[gen::coroutine]
fn order(world: World) -> gen::Result<u32> {
    let mut sum = 0;
    for n in 0..STEPS / 2 {
        let label = |part: &str| format!("{part} {n:02}");
        let long = "x".repeat(1500);
        let (left, _) = yield_!((
            step(label("a"), world.work(&label("a"), n)),
            step(label("b"), world.work(&label("b"), long)),
        ))?;
        yield_!(sleep(Duration::from_secs(60)))?;
        sum += left;
    }
    Ok(sum)
}

const END: u32 = 15;

fn open(path: &Path) -> gen::Result<SqliteStore> {
    SqliteOptions::new().survive_power_cut(false).open(path)
}

fn run(path: &Path) -> gen::Result<(u32, Vec<String>)> {
    let (store, world) = (open(path)?, World::default());
    let end = block_on(gen_durable::run(order(world.clone()), store.journal("order", "7")?))?;
    Ok((end, world.log()))
}

/// The steps whose outcomes are recorded, by SQLite itself.
pub(crate) fn recorded(path: &Path) -> BTreeSet<(String, String)> {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    // The log of a process that was killed is left to the next one.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    // The n-th command is the n-th entry that is issued.
    let sql = "WITH issued AS (
            SELECT run, record, row_number() OVER (PARTITION BY run ORDER BY number) - 1 AS ticket
            FROM entries WHERE record LIKE '{\"issued\"%'
        )
        SELECT runs.key, issued.record ->> '$.issued[0].what.step'
        FROM entries JOIN runs ON runs.id = entries.run
        JOIN issued ON issued.run = entries.run AND issued.ticket = (entries.record ->> '$.done[0]')
        WHERE entries.record LIKE '{\"done\"%' AND issued.record ->> '$.issued[0].what.step' IS NOT NULL";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A store with its log, as a kill leaves it.
fn killed(folder: &Folder) -> (Vec<u8>, Vec<u8>) {
    let path = folder.file("whole.db");
    let store = open(&path).unwrap();
    let journal = store.journal("order", "7").unwrap();
    assert_eq!(block_on(gen_durable::run(order(World::default()), journal)).unwrap(), END);
    let log = folder.file("whole.db-wal");
    (fs::read(&path).unwrap(), fs::read(log).unwrap())
}

/// Writes a store without the index of its log, as on another machine.
fn write(folder: &Folder, file: &[u8], log: &[u8]) -> std::path::PathBuf {
    let path = folder.file("cut.db");
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("cut.db") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    fs::write(&path, file).unwrap();
    if !log.is_empty() {
        fs::write(folder.file("cut.db-wal"), log).unwrap();
    }
    path
}

const PAGE: usize = 4096;
const HEADER: usize = 32;
const FRAME: usize = 24 + PAGE;

#[test]
fn a_log_cut_at_any_page_leads_to_the_same_end_and_no_recorded_step_runs_again() {
    let folder = Folder::new("cut-log");
    let (file, log) = killed(&folder);
    let frames = (log.len() - HEADER) / FRAME;
    assert!(frames > 30, "{frames}");
    let within = [0, 24 + PAGE / 2, FRAME - 1];
    let cuts = (0..frames).flat_map(|frame| within.map(|part| HEADER + frame * FRAME + part));
    let mut seen = BTreeSet::new();
    for cut in [0, 1, 31].into_iter().chain(cuts).chain([log.len()]) {
        let path = write(&folder, &file, &log[..cut]);
        let before = recorded(&path);
        let path = write(&folder, &file, &log[..cut]);
        let (end, ran) = run(&path).unwrap();
        assert_eq!(end, END, "cut at {cut}");
        assert_eq!(ran.len() + before.len(), STEPS as usize, "cut at {cut}: {ran:?}, {before:?}");
        assert!(ran.iter().all(|label| !before.contains(&("7".to_owned(), label.clone()))), "cut at {cut}");
        assert_eq!(run(&path).unwrap(), (END, vec![]), "cut at {cut}, once more");
        seen.insert(before.len());
    }
    assert!(seen.len() > STEPS as usize / 2, "{seen:?}");
}

/// A store whose log has been written into the file.
fn closed(folder: &Folder) -> Vec<u8> {
    let (file, log) = killed(folder);
    let path = write(folder, &file, &log);
    drop(open(&path).unwrap());
    let file = fs::read(path).unwrap();
    assert!(file.len() / PAGE >= 8, "{}", file.len());
    file
}

#[track_caller]
fn assert_refused(error: &gen::Error, what: &str) {
    assert!(error.is::<StoreError>(), "{what}: {error:?}");
}

/// Whether it was refused. Otherwise nothing is lost.
#[track_caller]
fn assert_refused_or_whole(result: gen::Result<(u32, Vec<String>)>, at: usize) -> bool {
    match result {
        Ok(end) => assert_eq!(end, (END, vec![]), "damaged at {at}"),
        Err(error) => {
            assert_refused(&error, &format!("damaged at {at}"));
            return true;
        }
    }
    false
}

#[test]
fn a_file_cut_at_any_page_is_refused_and_left_alone() {
    let folder = Folder::new("cut-file");
    let file = closed(&folder);
    for cut in (0..file.len()).step_by(PAGE) {
        let path = write(&folder, &file[..cut], &[]);
        let error = run(&path).unwrap_err();
        assert_refused(&error, &format!("cut at {cut}"));
        assert!(fs::read(&path).unwrap() == file[..cut], "cut at {cut}");
        // Within a page, which SQLite takes for one that ends with zeros.
        assert_refused_or_whole(run(&write(&folder, &file[..cut + PAGE / 2], &[])), cut);
    }
    assert_eq!(run(&write(&folder, &file, &[])).unwrap(), (END, vec![]));
}

#[test]
fn a_torn_page_of_the_file_is_noticed_or_not_needed() {
    let folder = Folder::new("torn");
    let file = closed(&folder);
    let mut refused = 0;
    for at in (0..file.len()).step_by(PAGE / 2) {
        let mut torn = file.clone();
        torn[at..at + PAGE / 2].fill(0);
        refused += u32::from(assert_refused_or_whole(run(&write(&folder, &torn, &[])), at));
    }
    assert!(refused > 8, "{refused}");
}

/// Changes some bytes, cuts them off, or exchanges two pages.
fn change(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    let (at, other) = (random.usize(0..bytes.len()), random.usize(0..bytes.len()));
    let length = random.usize(1..200).min(bytes.len() - at.max(other));
    match random.u8(0..6) {
        0 => bytes[at] ^= 1 << random.u8(0..8),
        1 => bytes[at..at + length].fill_with(|| random.u8(..)),
        2 => bytes.copy_within(other..other + length, at),
        // The header of a page, where SQLite finds its way.
        3 => {
            let in_header = (at / PAGE * PAGE + random.usize(0..100)).min(bytes.len() - 1);
            bytes[in_header] = random.u8(..);
        }
        4 => bytes.truncate(at),
        _ => {
            let (low, high) = (at.min(other) / PAGE * PAGE, at.max(other) / PAGE * PAGE);
            if high > low && high + PAGE <= bytes.len() {
                let (before, after) = bytes.split_at_mut(high);
                before[low..low + PAGE].swap_with_slice(&mut after[..PAGE]);
            }
        }
    }
}

#[test]
fn changed_bytes_never_panic_and_a_store_that_opens_repeats_no_step() {
    let trials = if is_long() { 5_000 } else { 125 };
    let (mut good, mut bad) = (0, 0);
    for (its_good, its_bad) in side_by_side(4, |seed| change_and_run(trials, seed)) {
        good += its_good;
        bad += its_bad;
    }
    assert!(good > 5 && bad > 10, "{good}, {bad}");
}

/// How many stores came to the end of their run, and how many were refused.
fn change_and_run(trials: u32, seed: u32) -> (u32, u32) {
    let folder = Folder::new(&format!("fuzz-{seed}"));
    let (file, log) = killed(&folder);
    let closed = closed(&folder);
    let mut random = fastrand::Rng::with_seed(17 + u64::from(seed));
    let (mut good, mut bad) = (0, 0);
    for trial in 0..trials {
        let (mut file, mut log) =
            if random.bool() { (file.clone(), log.clone()) } else { (closed.clone(), vec![]) };
        let changes_log = random.bool() && !log.is_empty();
        let bytes = if changes_log { &mut log } else { &mut file };
        for _ in 0..random.usize(1..4) {
            if !bytes.is_empty() {
                change(bytes, &mut random);
            }
        }
        let path = write(&folder, &file, &log);
        match run(&path) {
            // The log behind a change is lost, as SQLite does it.
            Ok((end, ran)) => {
                assert!(end == END && (changes_log || ran.is_empty()), "{seed}, {trial}: {ran:?}");
                good += 1;
            }
            Err(error) => {
                let is_known = error.is::<StoreError>() || error.is::<JournalMismatch>();
                assert!(is_known, "{seed}, {trial}: {error:?}");
                bad += 1;
            }
        }
    }
    (good, bad)
}
