//! Processes that are killed at random moments.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::Duration;

use gen_durable::{RunState, SqliteStore};
use rusqlite::Connection;

use crate::cut::recorded;
use crate::victim::{in_books, spawn, Books, Round, ITEMS};
use crate::world::Folder;

/// Whether the long forms of the tests are to run, which take minutes.
pub(crate) fn is_long() -> bool {
    std::env::var_os("GEN_DURABLE_LONG").is_some()
}

/// Does the work in several threads at once, because its processes mostly wait for the disk and
/// for each other. Each thread gets its number, and returns its result.
pub(crate) fn side_by_side<T: Send>(threads: u32, work: impl Fn(u32) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..threads).map(|number| scope.spawn(move || work(number))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, T>| thread.join();
        threads.into_iter().map(join).map(|end| end.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// Random moments in the life of a process, whose length depends on the machine.
pub(crate) struct Moments {
    random: fastrand::Rng,
    longest: f64,
}

impl Moments {
    pub(crate) fn new(seed: u64) -> Self {
        Moments { random: fastrand::Rng::with_seed(seed), longest: 0.1 }
    }

    pub(crate) fn wait(&mut self) {
        thread::sleep(Duration::from_secs_f64(self.random.f64() * self.longest));
    }

    /// Says whether the process was killed before its end. So most of the moments are before it.
    fn learn(&mut self, was_killed: bool) {
        self.longest *= if was_killed { 1.04 } else { 0.8 };
    }
}

/// Kills a process. Returns whether that came before its end, which must have been a success.
fn kill(process: &mut Child) -> bool {
    process.kill().unwrap();
    let status = process.wait().unwrap();
    let was_killed = status.code().is_none();
    assert!(was_killed || status.success(), "{status}");
    was_killed
}

/// The number of runs that a process has begun, and not ended.
fn under_way(path: &Path) -> u32 {
    let sql = "SELECT count(*) FROM runs
        WHERE ended IS NULL AND EXISTS (SELECT 1 FROM entries WHERE run = runs.id)";
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[derive(Default)]
struct Tally {
    kills: u32,
    /// The kills that left runs which had begun, and had not ended.
    unfinished: u32,
    /// The rounds that came to their end.
    rounds: u32,
}

/// Kills the processes of the store of this number so often.
fn kill_so_often(kills: u32, number: u32) -> Tally {
    let folder = Folder::new(&format!("kills-{number}"));
    let path = folder.file("orders.db");
    let books = Books::of(&path);
    let mut moments = Moments::new(number.into());
    let first = number * 1_000_000;
    let mut tally = Tally::default();
    let mut done = BTreeSet::new();
    let mut counts = BTreeMap::new();
    while tally.kills < kills {
        let mut child = spawn(&path, first + tally.rounds);
        moments.wait();
        let was_killed = kill(&mut child);
        moments.learn(was_killed);
        let now = books.counts();
        for step in &done {
            assert_eq!(now.get(step), counts.get(step), "{step:?} is recorded, and ran again");
        }
        counts = now;
        if path.exists() {
            done = in_books(recorded(&path));
        }
        let unknown = done.iter().find(|step| !counts.contains_key(*step));
        assert_eq!(unknown, None, "it is recorded, and did not run");
        if was_killed {
            tally.kills += 1;
            tally.unfinished += u32::from(path.exists() && under_way(&path) > 0);
        } else {
            tally.rounds += 1;
        }
    }
    let last = first + tally.rounds;
    assert!(spawn(&path, last).wait().unwrap().success());
    assert_whole(&path, first..=last);
    tally
}

/// Asserts that all runs of these rounds have come to their ends, and nothing else is left.
fn assert_whole(path: &Path, rounds: std::ops::RangeInclusive<u32>) {
    let store = SqliteStore::open(path).unwrap();
    store.check().unwrap();
    let leases = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("-lease-"));
    assert_eq!(leases.count(), 1, "only that of this process is left");
    for run in store.runs().unwrap() {
        assert!(matches!(run.state, RunState::Ended(_)), "{run}");
    }
    for round in rounds {
        Round::new(round).assert_ended(&store, path);
    }
}

#[test]
fn a_process_that_is_killed_at_random_moments_loses_nothing_and_repeats_no_recorded_step() {
    let kills = std::env::var("GEN_DURABLE_KILLS").map_or(30, |kills| kills.parse().unwrap());
    let stores = if kills < 100 { 3 } else { 8 };
    let each = |store| kill_so_often((kills + store) / stores, store);
    let tallies = side_by_side(stores, each);
    let sum = |of: fn(&Tally) -> u32| tallies.iter().map(of).sum::<u32>();
    let (unfinished, rounds) = (sum(|tally| tally.unfinished), sum(|tally| tally.rounds));
    assert_eq!(sum(|tally| tally.kills), kills);
    assert!(unfinished > kills / 8, "most kills must come in the middle: {unfinished} of {kills}");
    println!("{kills} kills, {unfinished} within a run, {rounds} rounds came to their end");
}

/// Kills one of two processes when `wait` returns. Returns whether the kill came before its end,
/// and the number of orders that the other one has taken over.
fn kill_one_of_two(folder: &Folder, round: u32, wait: impl FnOnce(&mut Child, &Books)) -> (bool, usize) {
    let path = folder.file(&format!("orders-{round}.db"));
    let books = Books::of(&path);
    let mut children = [spawn(&path, round), spawn(&path, round)];
    wait(&mut children[0], &books);
    // The other one takes its runs over.
    let victim = children[0].id();
    let was_killed = kill(&mut children[0]);
    let other = children[1].wait().unwrap();
    assert!(other.success(), "{other}");
    let (lines, runs) = (books.lines(), Round::new(round));
    let by = ["approves", "cancels", "signal"];
    let mut taken_over = 0;
    for key in runs.keys() {
        // Any process sends to a run.
        let of =
            lines.iter().filter(|((of, what), _)| of == key && !by.iter().any(|by| what.starts_with(by)));
        let mut processes: Vec<u32> = of.map(|(_, process)| *process).collect();
        let steps = processes.len();
        processes.dedup();
        assert!(
            processes.len() <= 1 || processes.len() == 2 && processes[0] == victim && was_killed,
            "{processes:?}, and {victim} was killed: {lines:?}"
        );
        taken_over += processes.len().saturating_sub(1);
        assert!(!runs.is_sent(key) || (6..=6 + ITEMS as usize).contains(&steps), "{lines:?}");
    }
    (was_killed, taken_over)
}

#[test]
fn two_processes_on_one_file_never_run_the_same_order_at_once() {
    let (threads, rounds) = if is_long() { (8, 25) } else { (2, 4) };
    let taken_over: Vec<usize> = side_by_side(threads, |number| {
        let folder = Folder::new(&format!("two-{number}"));
        let mut moments = Moments::new(number.into());
        let round = |round| {
            let (was_killed, taken_over) = kill_one_of_two(&folder, round, |_, _| moments.wait());
            moments.learn(was_killed);
            taken_over
        };
        (1000 * number..1000 * number + rounds).map(round).sum()
    });
    let taken_over: usize = taken_over.iter().sum();
    assert!(!is_long() || taken_over > 10, "the kills must come in the middle: {taken_over}");
    println!("{taken_over} of {} runs were taken over", 3 * threads * rounds);
}

/// Waits until the process has done something, or has ended.
fn wait_for_deed(process: &mut Child, books: &Books) {
    let id = process.id();
    while !books.lines().iter().any(|(_, by)| *by == id) && process.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_process_takes_the_orders_over_that_another_one_has_begun() {
    let folder = Folder::new("takes-over");
    // A slow machine may kill too late, and the other process may be the first one.
    let mut rounds = (100_000..100_020).map(|round| kill_one_of_two(&folder, round, wait_for_deed).1);
    assert!(rounds.any(|taken_over| taken_over > 0), "no kill came in the middle");
}
