//! Processes that are killed at random moments. They do real work, in real time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use gen::yield_;
use gen_durable::{resume_all, sleep, step, Bodies, RunState, SqliteOptions, SqliteStore};

use crate::cut::recorded;
use crate::world::Folder;

/// Whether the long forms of the tests are to run, which take minutes.
pub(crate) fn is_long() -> bool {
    std::env::var_os("GEN_DURABLE_LONG").is_some()
}

const ORDERS: u32 = 3;
const ITEMS: u32 = 4;
const END: u32 = 60;

/// The outside: a file to which each step adds a line with its process.
#[derive(Clone)]
struct Books(PathBuf);

impl Books {
    fn note(&self, key: &str, label: &str) -> gen::Result {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.0)?;
        Ok(file.write_all(format!("{key}\t{label}\t{}\n", std::process::id()).as_bytes())?)
    }

    /// The order, the step and the process of each line.
    fn lines(&self) -> Vec<(String, String, u32)> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let lines = text.lines().map(|line| {
            let mut parts = line.split('\t').map(str::to_owned);
            let mut next = || parts.next().unwrap();
            (next(), next(), next().parse().unwrap())
        });
        lines.collect()
    }

    fn counts(&self) -> BTreeMap<(String, String), u32> {
        let mut counts = BTreeMap::new();
        for (key, label, _) in self.lines() {
            *counts.entry((key, label)).or_default() += 1;
        }
        counts
    }
}

#[gen::coroutine]
fn pick(books: Books, key: String, item: u32) -> gen::Result<u32> {
    yield_!(sleep(Duration::from_millis(u64::from(item % 3))))?;
    let label = format!("pick {item}");
    let picked =
        yield_!(step(label.clone(), move || async move { books.note(&key, &label).map(|()| item * 10) }))?;
    Ok(picked)
}

#[gen::coroutine]
fn order(books: Books, key: String) -> gen::Result<u32> {
    let (paid, of) = (books.clone(), key.clone());
    yield_!(step("charge", move || async move { paid.note(&of, "charge") }))?;
    let picked = yield_!((0..ITEMS).map(|item| pick(books.clone(), key.clone(), item)).collect::<Vec<_>>())?;
    yield_!(sleep(Duration::from_millis(2)))?;
    yield_!(step("send", move || async move { books.note(&key, "send") }))?;
    Ok(picked.iter().sum())
}

const STORE: &str = "GEN_DURABLE_TEST_STORE";
const ROUND: &str = "GEN_DURABLE_TEST_ROUND";

/// Not a test by itself: the process that is killed.
#[test]
fn child() {
    let Some(path) = std::env::var_os(STORE).map(PathBuf::from) else { return };
    let round: u32 = std::env::var(ROUND).unwrap().parse().unwrap();
    let books = Books(path.with_extension("books"));
    // Each second process waits for the disk.
    let survives = std::process::id() % 2 == 0;
    let store = SqliteOptions::new().survive_power_cut(survives).open(&path).unwrap();
    let bodies = Bodies::new().body("order", move |key: String| order(books.clone(), key));
    let ended = gen::run_sync(async {
        let runs = resume_all(&store, bodies)?;
        let keys = (0..ORDERS).map(|order| format!("{round}-{order}"));
        let started =
            gen::multi(keys.map(|key| runs.start("order", &key, &key)).collect::<Vec<_>>()).join().await?;
        gen::multi(started.iter().map(|run| run.result::<u32>()).collect::<Vec<_>>()).join().await
    });
    assert_eq!(ended.unwrap(), vec![END; ORDERS as usize]);
}

fn spawn(path: &Path, round: u32) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["kill::child", "--exact"]).env(STORE, path).env(ROUND, round.to_string());
    child.stdout(Stdio::null()).spawn().unwrap()
}

pub(crate) fn random_moment(random: &mut fastrand::Rng) {
    thread::sleep(Duration::from_micros(random.u64(0..120_000)));
}

#[test]
fn a_process_that_is_killed_at_random_moments_loses_nothing_and_repeats_no_recorded_step() {
    let kills = std::env::var("GEN_DURABLE_KILLS").map_or(30, |kills| kills.parse().unwrap());
    let folder = Folder::new("kills");
    let path = folder.file("orders.db");
    let books = Books(folder.file("orders.books"));
    let mut random = fastrand::Rng::with_seed(99);
    let (mut round, mut killed, mut unfinished) = (0, 0, 0);
    let mut done = BTreeSet::new();
    let mut counts = BTreeMap::new();
    while killed < kills {
        let mut child = spawn(&path, round);
        random_moment(&mut random);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let now = books.counts();
        for step in &done {
            assert_eq!(now.get(step), counts.get(step), "{step:?} is recorded, and ran again");
        }
        counts = now;
        done = if path.exists() { recorded(&path) } else { BTreeSet::new() };
        assert!(done.iter().all(|step| counts.contains_key(step)), "a step is recorded that did not run");
        if status.success() {
            // It was faster.
            round += 1;
        } else {
            killed += 1;
            unfinished += u32::from(done.len() % 6 != 0);
        }
    }
    assert!(spawn(&path, round).wait().unwrap().success());
    let store = SqliteStore::open(&path).unwrap();
    store.check().unwrap();
    let leases = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("-lease-"));
    assert_eq!(leases.count(), 1, "only that of this process is left");
    for run in store.runs().unwrap() {
        assert!(matches!(run.state, RunState::Ended(_)), "{run}");
        assert_eq!(store.result::<u32>("order", &run.key).unwrap().unwrap().unwrap(), END, "{run}");
    }
    assert!(unfinished > kills / 8, "most kills must come in the middle: {unfinished} of {kills}");
    println!("{kills} kills, {unfinished} within an order, {round} rounds came to their end");
}

#[test]
fn two_processes_on_one_file_never_run_the_same_order_at_once() {
    let folder = Folder::new("two");
    let mut random = fastrand::Rng::with_seed(5);
    let rounds = if is_long() { 200 } else { 8 };
    let mut taken_over = 0;
    for round in 0..rounds {
        let path = folder.file(&format!("orders-{round}.db"));
        let books = Books(path.with_extension("books"));
        let mut children = [spawn(&path, round), spawn(&path, round)];
        random_moment(&mut random);
        // The other one takes its orders over.
        let victim = children[0].id();
        children[0].kill().unwrap();
        let was_killed = !children[0].wait().unwrap().success();
        assert!(children[1].wait().unwrap().success());
        let lines = books.lines();
        for order in 0..ORDERS {
            let key = format!("{round}-{order}");
            let mut processes: Vec<u32> =
                lines.iter().filter(|line| line.0 == key).map(|line| line.2).collect();
            processes.dedup();
            assert!(
                processes.len() == 1 || processes.len() == 2 && processes[0] == victim && was_killed,
                "{processes:?}, and {victim} was killed"
            );
            taken_over += processes.len() - 1;
            let ran = lines.iter().filter(|line| line.0 == key).count();
            assert!((6..=6 + ITEMS as usize).contains(&ran), "{lines:?}");
        }
    }
    println!("{taken_over} of {} orders were taken over", rounds * ORDERS);
}
