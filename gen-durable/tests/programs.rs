//! Random programs of all that a coroutine can yield, in sequences, groups and timeouts, die at
//! random entries, again and again, and come to the end of a run that did not die.

mod world;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gen::yield_;
use gen_durable::{Journal, MemoryJournal, Records};
use world::dying::Dying;
use world::programs::{run, Maker, Outside, Program, Timeouts};
use world::World;

/// All times are in hours, so that the time that the test takes does not matter.
fn hours(hours: u64) -> Duration {
    Duration::from_secs(3600 * hours)
}

/// The attempts of each step that is tried again. They survive each death.
type Attempts = Arc<Mutex<BTreeMap<u32, u32>>>;

/// The outside of one life of a program.
#[derive(Clone)]
struct Life {
    world: World,
    attempts: Attempts,
}

impl Outside for Life {
    fn time(&self, units: u64) -> Duration {
        hours(units)
    }

    fn take_time(&self, units: u64) -> impl Future<Output = gen::Result> + Send {
        gen::sleep(hours(units))
    }

    fn note(&self, step: &str) {
        self.world.note(step);
    }

    fn count_attempt(&self, number: u32) -> u32 {
        let mut attempts = self.attempts.lock().unwrap();
        let count = attempts.entry(number).or_default();
        *count += 1;
        *count
    }
}

/// The entries of a run, from which journals are made.
trait Entries: Clone + 'static {
    fn journal(&self) -> Box<dyn Journal>;

    /// The labels of the steps whose outcomes are recorded.
    fn steps(&self) -> Vec<String>;

    fn len(&self) -> usize;

    /// A copy of the first entries, with all signals.
    fn cut(&self, len: usize) -> Self;

    fn send_signal(&self, name: &str, value: u32) -> gen::Result;
}

impl Entries for Records {
    fn journal(&self) -> Box<dyn Journal> {
        Box::new(MemoryJournal::new(self))
    }

    fn steps(&self) -> Vec<String> {
        Records::steps(self)
    }

    fn len(&self) -> usize {
        Records::len(self)
    }

    fn cut(&self, len: usize) -> Self {
        Records::cut(self, len)
    }

    fn send_signal(&self, name: &str, value: u32) -> gen::Result {
        Records::send_signal(self, name, &value)
    }
}

/// A run of a program, from one death to the next.
struct Trial<E> {
    program: Program,
    records: E,
    /// The signals that were not sent yet.
    signals: Vec<u32>,
    attempts: Attempts,
    /// The hour of each run in which it is cancelled.
    cancelled_at: Option<u64>,
}

/// Sends one signal every half of an hour.
#[gen::coroutine]
fn send<E: Entries>(records: E, signals: Arc<Mutex<Vec<u32>>>) -> gen::Result {
    loop {
        let Some(number) = signals.lock().unwrap().pop() else { return Ok(()) };
        records.send_signal(&format!("signal {number}"), number)?;
        yield_!(gen::sleep(hours(1) / 2))?;
    }
}

/// Runs a program beside a sender of signals, and cancels it, if it is to be cancelled.
#[gen::coroutine]
fn beside<T: 'static>(
    sender: impl gen::Coroutine<Output = gen::Result> + 'static,
    main: impl Future<Output = gen::Result<T>> + 'static,
    cancelled_at: Option<u64>,
) -> gen::Result<T> {
    let _sender = gen::spawn_local(sender);
    let task = gen::spawn_local(main);
    if let Some(time) = cancelled_at {
        yield_!(gen::sleep(hours(time)))?;
        drop(task.cancel("enough"));
    }
    yield_!(task)
}

impl<E: Entries> Trial<E> {
    fn new(program: &Program, records: E, signals: &[u32]) -> Self {
        let (program, signals) = (program.clone(), signals.to_vec());
        Trial { program, records, signals, attempts: Attempts::default(), cancelled_at: None }
    }

    /// Runs the program. `None` if it has died.
    fn go(&mut self, lives_for: u64) -> Option<String> {
        let signals = Arc::new(Mutex::new(std::mem::take(&mut self.signals)));
        let sender = send(self.records.clone(), Arc::clone(&signals));
        let (program, world, recorded) = (&self.program, World::default(), self.records.steps());
        let journal = Dying { inner: self.records.journal(), left: lives_for };
        let life = Life { world: world.clone(), attempts: self.attempts.clone() };
        let program = run(program.clone(), life);
        let driver = gen_durable::Driver::new(program, journal);
        let io_loop = gen::IoLoop::with_clock(gen::VirtualClock::new());
        let end = io_loop.run_sync(beside(sender, driver, self.cancelled_at));
        self.signals = std::mem::take(&mut signals.lock().unwrap());
        let program = &self.program;
        for step in world.log() {
            assert!(!recorded.contains(&step), "{step} is recorded, and runs again: {program:?}");
        }
        match end {
            Ok(result) => Some(format!("{result:?}")),
            Err(error) if error.to_string() == "the process dies" => None,
            Err(error) => panic!("{error:?}\n{program:?}"),
        }
    }
}

/// Which programs are tried.
#[derive(Clone, Copy)]
struct Kind {
    programs: u32,
    timeouts: Timeouts,
    cancels: bool,
    seed: u64,
}

/// Tries random programs, each from entries that `new` makes. Without close timeouts and
/// cancellations the end does not depend on the deaths.
fn trial<E: Entries>(new: impl Fn() -> E, kind: Kind) {
    let Kind { programs, timeouts, cancels, seed } = kind;
    let is_fixed = timeouts != Timeouts::Close && !cancels;
    let mut maker = Maker::new(seed, timeouts);
    let mut deaths = 0_u32;
    for _ in 0..programs {
        let (program, signals, _) = maker.next_program(4);
        let mut whole = Trial::new(&program, new(), &signals);
        whole.cancelled_at = cancels.then(|| maker.random.u64(0..5));
        let end = whole.go(u64::MAX).expect("it lives");
        assert_eq!(whole.go(u64::MAX).as_ref(), Some(&end), "a replay: {program:?}");
        // From one death to the next, from the same entries. Some begin again, with signals that
        // were not sent.
        let entries = whole.records.len();
        let mut trial = match maker.random.usize(0..=entries) {
            0 => Trial::new(&program, new(), &signals),
            cut => Trial::new(&program, whole.records.cut(cut), &whole.signals),
        };
        trial.cancelled_at = whole.cancelled_at;
        for _ in 0..8 {
            let lives_for = maker.random.u64(0..=entries as u64 + 4);
            match trial.go(lives_for) {
                None => deaths += 1,
                Some(ended) if is_fixed => assert_eq!(ended, end, "{program:?}"),
                Some(_) => {}
            }
        }
        let ended = trial.go(u64::MAX).expect("it lives");
        // A step that runs again takes its time again, so a timeout may end otherwise.
        assert!(!is_fixed || ended == end, "{ended}, not {end}: {program:?}");
        assert_eq!(trial.go(u64::MAX).unwrap(), ended, "a replay: {program:?}");
    }
    assert!(deaths > 3 * programs, "{deaths}");
}

#[test]
fn programs_without_timeouts_come_to_the_same_end_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::None, cancels: false, seed: 0x1234_5678 });
}

#[test]
fn programs_with_clear_timeouts_come_to_the_same_end_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::Clear, cancels: false, seed: 0xc1ea_5678 });
}

#[test]
fn programs_with_timeouts_come_to_an_end_that_replays_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::Close, cancels: false, seed: 0xfeed_5678 });
}

#[test]
fn programs_that_are_cancelled_come_to_an_end_that_replays_whenever_they_die() {
    trial(Records::new, Kind { programs: 300, timeouts: Timeouts::Close, cancels: true, seed: 0xcafe_5678 });
}

#[cfg(feature = "sqlite")]
mod in_sqlite {
    use std::cell::Cell;
    use std::rc::Rc;

    use gen_durable::{SqliteOptions, SqliteStore};
    use rusqlite::{params, Connection};

    use super::*;
    use crate::world::Folder;

    /// A run of a store.
    #[derive(Clone)]
    struct Run {
        place: Rc<File>,
        key: String,
    }

    struct File {
        store: SqliteStore,
        connection: Connection,
        runs: Cell<u32>,
    }

    impl File {
        fn new_run(self: &Rc<Self>) -> Run {
            self.runs.set(self.runs.get() + 1);
            let key = self.runs.get().to_string();
            drop(self.store.journal("program", &key).unwrap());
            Run { place: Rc::clone(self), key }
        }
    }

    impl Run {
        fn id(&self) -> i64 {
            // The store has done what it was asked before.
            self.place.store.runs().unwrap();
            let sql = "SELECT id FROM runs WHERE key = ?";
            self.place.connection.query_row(sql, [&self.key], |row| row.get(0)).unwrap()
        }

        fn entries(&self) -> Vec<String> {
            self.rows("record", "entries")
        }

        fn rows(&self, column: &str, table: &str) -> Vec<String> {
            let sql = format!("SELECT {column} FROM {table} WHERE run = ? ORDER BY number");
            let mut statement = self.place.connection.prepare(&sql).unwrap();
            let rows = statement.query_map([self.id()], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        }
    }

    fn checksum(run: i64, number: i64, json: &str) -> u32 {
        let parts: [&[u8]; 3] = [&run.to_le_bytes(), &number.to_le_bytes(), json.as_bytes()];
        crc32fast::hash(&parts.map(|part| [&(part.len() as u64).to_le_bytes(), part].concat()).concat())
    }

    impl Entries for Run {
        fn journal(&self) -> Box<dyn Journal> {
            Box::new(self.place.store.journal("program", &self.key).unwrap())
        }

        fn steps(&self) -> Vec<String> {
            let json = self.entries();
            let json: Vec<serde_json::Value> =
                json.iter().map(|entry| serde_json::from_str(entry).unwrap()).collect();
            let issued: Vec<_> = json.iter().filter_map(|entry| entry.get("issued")).collect();
            let done = json.iter().filter_map(|entry| entry.get("done")?.get(0)?.as_u64());
            let label = |ticket: u64| issued[ticket as usize][0]["what"]["step"].as_str();
            done.filter_map(label).map(str::to_owned).collect()
        }

        fn len(&self) -> usize {
            self.entries().len()
        }

        fn cut(&self, len: usize) -> Self {
            let run = self.place.new_run();
            let id = run.id();
            for (number, json) in (0_i64..).zip(self.entries().into_iter().take(len)) {
                let is_end = json.starts_with(r#"{"ended""#);
                let crc = checksum(id, number, &json);
                let sql = "INSERT INTO entries (run, number, crc, record) VALUES (?, ?, ?, ?)";
                self.place.connection.execute(sql, params![id, number, crc, json]).unwrap();
                if is_end {
                    self.place.connection.execute("UPDATE runs SET ended = 1 WHERE id = ?", [id]).unwrap();
                }
            }
            // The checksum of a signal has the run in it.
            for (number, json) in (0_i64..).zip(self.rows("signal", "signals")) {
                let sql = "INSERT INTO signals (run, number, crc, signal) VALUES (?, ?, ?, ?)";
                let crc = checksum(id, number, &json);
                self.place.connection.execute(sql, params![id, number, crc, json]).unwrap();
            }
            run
        }

        fn send_signal(&self, name: &str, value: u32) -> gen::Result {
            self.place.store.send_signal("program", &self.key, name, &value)
        }
    }

    fn trial_in_store(name: &str, timeouts: Timeouts, cancels: bool, seed: u64) {
        let programs = if std::env::var_os("GEN_DURABLE_LONG").is_some() { 600 } else { 25 };
        let folder = Folder::new(name);
        let path = folder.file("programs.db");
        let store = SqliteOptions::new().survive_power_cut(false).open(&path).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        let place = Rc::new(File { store, connection, runs: Cell::new(0) });
        trial(|| place.new_run(), Kind { programs, timeouts, cancels, seed });
        place.store.check().unwrap();
    }

    #[test]
    fn programs_without_timeouts_come_to_the_same_end_whenever_they_die() {
        trial_in_store("programs", Timeouts::None, false, 0x1234_5678);
    }

    #[test]
    fn programs_with_timeouts_come_to_an_end_that_replays_whenever_they_die() {
        trial_in_store("programs-timeouts", Timeouts::Close, false, 0xfeed_5678);
    }

    #[test]
    fn programs_that_are_cancelled_come_to_an_end_that_replays_whenever_they_die() {
        trial_in_store("programs-cancelled", Timeouts::Close, true, 0xcafe_5678);
    }
}
